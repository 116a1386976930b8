//! Methods of str and bytes.

use std::ops::Range;

use orochi_text::search::{self, Side};
use orochi_text::{OwnedText, Text, bytes as b, case, class, compare, repr, with_units};

use super::{bytes, list, outcome, text, written};

fn position(found: Option<usize>) -> String {
    found.map_or("=-1".to_string(), |at| format!("={at}"))
}

fn parts(text: Text<'_>, ranges: Vec<Range<usize>>) -> String {
    list(ranges.into_iter().map(|range| text.slice(range)))
}

fn flags(flags: &[bool]) -> String {
    let digits: String = flags.iter().map(|&flag| if flag { '1' } else { '0' }).collect();
    super::ok(&digits)
}

fn all(texts: &[OwnedText]) -> String {
    list(texts.iter().map(OwnedText::as_text))
}

pub fn answer(op: &str, args: &[&str]) -> String {
    let owned = text(args[0]);
    let s = owned.as_text();
    let second = text(
        args.get(1)
            .copied()
            .filter(|_| {
                !matches!(op, "words" | "rwords" | "lines" | "pad" | "tabs" | "bytes_more" | "hex")
            })
            .unwrap_or(""),
    );
    let n = second.as_text();
    let number = |index: usize| args[index].parse::<i64>().expect("number");
    let limit = |index: usize| usize::try_from(number(index)).ok();
    match op {
        "find" => position(search::find(s, n)),
        "rfind" => position(search::rfind(s, n)),
        "count" => format!("={}", search::count(s, n)),
        "replace" => outcome(
            search::replace(s, n, text(args[2]).as_text(), limit(3))
                .map(|changed| changed.unwrap_or_else(|| owned.clone())),
        ),
        "split" => parts(s, search::split(s, n, limit(2))),
        "rsplit" => parts(s, search::rsplit(s, n, limit(2))),
        "words" => parts(s, search::split_whitespace(s, limit(1))),
        "rwords" => parts(s, search::rsplit_whitespace(s, limit(1))),
        "lines" => parts(s, search::text_lines(s, args[1] == "1")),
        "strip" => parts(
            s,
            vec![
                search::strip(s, n, Side::Both),
                search::strip(s, n, Side::Left),
                search::strip(s, n, Side::Right),
                search::strip_whitespace(s, Side::Both),
                search::strip_whitespace(s, Side::Left),
                search::strip_whitespace(s, Side::Right),
            ],
        ),
        "pad" => {
            let width = number(1) as usize;
            let signed = orochi_text::sequence::concat(Text::One(b"-"), s);
            all(&[
                search::center(s, width, 0xE9).unwrap(),
                search::justify_left(s, width, 0x20).unwrap(),
                search::justify_right(s, width, 0x20).unwrap(),
                search::zero_fill(s, width).unwrap(),
                search::zero_fill(signed.as_text(), width).unwrap(),
            ])
        }
        "tabs" => outcome(search::expand_tabs(s, number(1))),
        "affix" => format!(
            "={}",
            i32::from(search::starts_with(s, n)) * 2 + i32::from(search::ends_with(s, n))
        ),
        "order" => format!("={}", compare::order(s, n) as i32),
        "case" => all(&[
            case::lower(s),
            case::upper(s),
            case::title(s),
            case::capitalize(s),
            case::swapcase(s),
            case::casefold(s),
        ]),
        "class" => flags(&[
            class::is_alpha(s),
            class::is_alnum(s),
            class::is_decimal(s),
            class::is_digit(s),
            class::is_numeric(s),
            class::is_whitespace(s),
            class::is_printable_text(s),
            class::is_identifier(s),
            class::is_upper(s),
            class::is_lower(s),
            class::is_title(s),
        ]),
        "repr" => all(&[repr::repr(s), repr::ascii(s)]),
        _ => on_bytes(op, &bytes(args[0]), args),
    }
}

fn on_bytes(op: &str, value: &[u8], args: &[&str]) -> String {
    let own = |bytes: Vec<u8>| OwnedText::from_latin1(bytes);
    match op {
        "bytes" => all(&[
            own(value.to_ascii_lowercase()),
            own(value.to_ascii_uppercase()),
            own(b::title(value)),
            own(b::capitalize(value)),
            own(b::swapcase(value)),
            repr::repr_bytes(value),
        ]),
        "bytes_class" => flags(&[
            b::is_alpha(value),
            b::is_alnum(value),
            b::is_digit(value),
            b::is_whitespace(value),
            b::is_upper(value),
            b::is_lower(value),
            b::is_title(value),
        ]),
        "bytes_more" => {
            let width: usize = args[1].parse().unwrap();
            let mut results = vec![
                own(search::center_bytes(value, width, b' ').unwrap()),
                own(search::justify_left_bytes(value, width, b' ').unwrap()),
                own(search::justify_right_bytes(value, width, b' ').unwrap()),
                own(search::zero_fill_bytes(value, width).unwrap()),
                own(search::expand_tabs_bytes(value, width as i64).unwrap()),
            ];
            let mut cut = |range: Range<usize>| results.push(own(value[range].to_vec()));
            search::bytes_lines(value, false).for_each(&mut cut);
            search::split_whitespace_units(value, None).into_iter().for_each(&mut cut);
            search::rsplit_whitespace_units(value, Some(1)).into_iter().for_each(&mut cut);
            cut(search::strip_whitespace_bytes(value, Side::Both));
            all(&results)
        }
        "hex" => {
            let group: i64 = args[1].parse().unwrap();
            let hex = own(b::hex(value, Some(b':').filter(|_| group != 0), group));
            let back = b::from_hex(own(b::hex(value, None, 0)).as_text());
            assert_eq!(back.as_deref(), Ok(value));
            format!("={}", written(hex.as_text()))
        }
        _ => panic!("unknown operation {op}"),
    }
}

/// The macro is part of the interface.
#[test]
fn units_are_bound() {
    assert_eq!(with_units!(Text::Two(&[1, 2]), units => units.len()), 2);
}
