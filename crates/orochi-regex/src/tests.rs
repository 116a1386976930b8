//! Checks that need the crate's inside or hand-made code arrays; what patterns match is checked by
//! the golden and differential tests.

use crate::opcodes::*;
use crate::*;

/// A small generator, so that failures repeat.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % n
    }
}

#[test]
fn characters_follow_unicode_16() {
    let check = |code: char, lower: char, upper: char| {
        assert_eq!(chars::unicode_tolower(code as u32), lower as u32, "{code}");
        assert_eq!(chars::unicode_toupper(code as u32), upper as u32, "{code}");
    };
    check('A', 'a', 'A');
    check('İ', 'i', 'İ');
    check('ß', 'ß', 'S');
    check('\u{212a}', 'k', '\u{212a}');
    check('ς', 'ς', 'Σ');
    check('\u{10400}', '\u{10428}', '\u{10400}');
    // New in Unicode 16, and in 17.
    check('\u{10d50}', '\u{10d70}', '\u{10d50}');
    check('\u{a7ce}', '\u{a7ce}', '\u{a7ce}');
    assert!(chars::unicode_is_word('中' as u32) && chars::unicode_is_word('½' as u32));
    assert!(!chars::unicode_is_word(0x301) && chars::unicode_is_decimal('٣' as u32));
    assert!(chars::unicode_is_space(0x1c) && !chars::ascii_is_space(0x1c));
    assert!(!chars::unicode_iscased(0xd800) && !chars::unicode_iscased(0x110000));
    assert!(chars::ascii_iscased(0x7a) && !chars::ascii_iscased(0xfa));
    assert_eq!(chars::getlower(0xc4, FLAG_UNICODE, &C_LOCALE), 0xe4);
    assert_eq!(chars::getlower(0xc4, FLAG_LOCALE, &C_LOCALE), 0xc4);
}

#[test]
fn few_narrow_characters_are_lower_case_of_wide_ones() {
    // The analysis of literals that ignore case relies on this list.
    let mut narrow: Vec<u32> =
        (256..0x110000).map(chars::unicode_tolower).filter(|&c| c < 256).collect();
    narrow.sort_unstable();
    narrow.dedup();
    assert_eq!(narrow, [0x69, 0x6b, 0xdf, 0xe5, 0xff]);
}

#[test]
fn extra_cases_are_the_librarys() {
    // Different lower case characters with the same upper case, as `re._casefix` lists them: some
    // entries of its table, and how many it has.
    let mut by_upper = std::collections::BTreeMap::<u32, Vec<u32>>::new();
    for code in 0..0x110000 {
        let Some(ch) = char::from_u32(code) else { continue };
        if chars::unicode_tolower(code) == code && ch.to_uppercase().count() == 1 {
            by_upper.entry(chars::unicode_toupper(code)).or_default().push(code);
        }
    }
    let partners = |code: u32| -> Vec<u32> {
        let group = by_upper.get(&chars::unicode_toupper(code)).cloned().unwrap_or_default();
        group.into_iter().filter(|&c| c != code).collect()
    };
    for (code, expected) in [
        (0x69, vec![0x131]),
        (0x73, vec![0x17f]),
        (0xb5, vec![0x3bc]),
        (0x3b9, vec![0x345, 0x1fbe]),
        (0x442, vec![0x1c84, 0x1c85]),
        (0xa64b, vec![0x1c88]),
        (0x1e9b, vec![0x1e61]),
    ] {
        assert_eq!(partners(code), expected, "{code:#x}");
    }
}

/// What the decoder says about a code array.
fn reason(code: &[u32], groups: usize) -> Option<&'static str> {
    Program::new(code, groups).err().map(|error| error.reason)
}

#[test]
fn malformed_code_is_refused() {
    assert_eq!(reason(&[SUCCESS], 0), None);
    for (code, groups) in [
        (&[][..], 0),
        (&[LITERAL], 0),
        (&[LITERAL, SUCCESS], 0),
        (&[SUCCESS, SUCCESS], 0),
        (&[99, SUCCESS], 0),
        (&[25, SUCCESS], 0),
        (&[JUMP, 1, SUCCESS], 0),
        (&[MARK, 2, SUCCESS], 1),
        (&[GROUPREF, 1, SUCCESS], 1),
        (&[GROUPREF_EXISTS, 0, 9, SUCCESS], 1),
        (&[AT, 12, SUCCESS], 0),
        (&[CATEGORY, 18, SUCCESS], 0),
        (&[IN, 3, NEGATE, LITERAL, SUCCESS], 0),
        (&[IN, 2, CHARSET, FAILURE, SUCCESS], 0),
        (&[IN, u32::MAX, FAILURE, SUCCESS], 0),
        (&[BRANCH, 5, LITERAL, 97, JUMP, 9, 0, SUCCESS], 0),
        (&[BRANCH, 1, 0, SUCCESS], 0),
        (&[REPEAT_ONE, 6, 2, 1, LITERAL, 97, SUCCESS, SUCCESS], 0),
        (&[REPEAT_ONE, 6, 0, 1, AT, 0, SUCCESS, SUCCESS], 0),
        (&[REPEAT, 5, 0, 1, LITERAL, 97, SUCCESS, SUCCESS], 0),
        (&[REPEAT, 0, 0, 1, MAX_UNTIL, SUCCESS], 0),
        (&[ASSERT, 9, 0, LITERAL, 97, SUCCESS, SUCCESS], 0),
        (&[ATOMIC_GROUP, 4, LITERAL, 97, LITERAL, SUCCESS], 0),
        (&[INFO, 9, 0, 0, 0, SUCCESS], 0),
        (&[INFO, 6, INFO_PREFIX, 1, 1, 9, 0, SUCCESS], 0),
        (&[MAX_UNTIL, SUCCESS], 0),
        (&[NEGATE, SUCCESS], 0),
        (&[SUCCESS], usize::MAX),
    ] {
        assert!(reason(code, groups).is_some(), "{code:?}");
    }
}

/// Runs whatever the code is; all that matters is that it ends.
fn survive(code: &[u32], groups: usize) -> bool {
    let Ok(program) = Program::new(code, groups) else { return false };
    let text = [97u16, 98, 0x4e2d, 10, 97, 97, 300, 98];
    let mut scratch = Scratch::default();
    let mut polls = 0;
    let mut poll = || {
        polls += 1;
        polls > 20
    };
    let mut context = Context::new(&mut scratch);
    context.limits.poll = Some(&mut poll);
    context.limits.poll_interval = 500;
    context.limits.max_stack_bytes = 1 << 20;
    for pos in [0, 3, 8, 9] {
        let _ = program.match_at(&text, (pos, 8), &mut context);
        let _ = program.fullmatch(&text, (pos, usize::MAX), &mut context);
        let mut cursor = Cursor::new(pos, 8);
        for _ in 0..20 {
            match cursor.search(&program, &text, &mut context) {
                Ok(Some(found)) => drop(found.spans(&program, &context)),
                _ => break,
            }
        }
    }
    true
}

#[test]
fn forged_code_never_panics() {
    // Mutations of valid arrays get past the first checks far more often than noise does.
    let seeds: Vec<(Vec<u32>, usize)> = include_str!("../tests/golden.jsonl")
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .map(|case| {
            let words = case["code"].as_array().cloned().unwrap_or_default();
            let code = words.iter().filter_map(|w| w.as_u64()).map(|w| w as u32).collect();
            (code, case["groups"].as_u64().unwrap_or(0) as usize)
        })
        .collect();
    let mut random = Random(20230612);
    let mut accepted = 0;
    for round in 0..20_000 {
        let (mut code, groups) = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(3) {
            let at = random.below(code.len() as u32) as usize;
            match random.below(6) {
                0 => code[at] = random.below(43),
                1 => code[at] = code[at].wrapping_add(1),
                2 => code[at] = code[at].wrapping_sub(1),
                3 => code[at] = u32::MAX - random.below(2),
                4 => drop(code.remove(at)),
                _ => code.insert(at, random.below(43)),
            }
            if code.is_empty() {
                code.push(SUCCESS);
            }
        }
        accepted += usize::from(survive(&code, groups));
    }
    assert!(accepted > 1000, "only {accepted} mutations were valid");
}

#[test]
fn deep_nesting_needs_no_native_stack() {
    // Atomic groups in each other, a hundred thousand deep.
    let depth = 100_000;
    let mut code: Vec<u32> = (0..depth).flat_map(|i| [ATOMIC_GROUP, 3 * (depth - i)]).collect();
    code.extend([LITERAL, 97]);
    code.extend((0..=depth).map(|_| SUCCESS));
    for (i, word) in code.iter_mut().skip(1).step_by(2).take(depth as usize).enumerate() {
        // From the distance's word to behind the body's SUCCESS.
        *word = 2 * (depth - i as u32 - 1) + 3 + (depth - i as u32);
    }
    let program = Program::new(&code, 0).expect("valid code");
    let mut scratch = Scratch::default();
    let mut context = Context::new(&mut scratch);
    let found = program.match_at(b"a", (0, 1), &mut context).expect("enough memory");
    assert_eq!(found.map(|f| f.end), Some(1));
}

/// `(?:([^c]).)*(?!)`: each iteration leaves something on the stack.
const CAPTURING_LOOP: [u32; 14] =
    [REPEAT, 10, 0, MAXREPEAT, MARK, 0, NOT_LITERAL, 99, MARK, 1, ANY, MAX_UNTIL, FAILURE, SUCCESS];

#[test]
fn the_stack_is_limited() {
    let program = Program::new(&CAPTURING_LOOP, 1).expect("valid code");
    let text = vec![97u8; 100_000];
    let mut scratch = Scratch::default();
    let mut context = Context::new(&mut scratch);
    context.limits.max_stack_bytes = 64 << 10;
    let outcome = program.match_at(&text, (0, text.len()), &mut context);
    assert_eq!(outcome, Err(MatchError::Memory));
    context.limits.max_stack_bytes = 64 << 20;
    assert_eq!(program.match_at(&text, (0, text.len()), &mut context), Ok(None));
}

#[test]
fn a_poll_interrupts() {
    let program = Program::new(&CAPTURING_LOOP, 1).expect("valid code");
    let text = vec![97u8; 10_000];
    let mut scratch = Scratch::default();
    let mut polls = 0;
    let mut poll = || {
        polls += 1;
        polls == 3
    };
    let mut context = Context::new(&mut scratch);
    context.limits.poll = Some(&mut poll);
    context.limits.poll_interval = 1000;
    let outcome = program.search(&text, (0, text.len()), &mut context);
    assert_eq!(outcome, Err(MatchError::Interrupted));
    assert_eq!(polls, 3);
}

#[test]
fn empty_iterations_without_end_can_be_stopped() {
    // `(?:^){4294967294,}+`: possessive, so the stack does not grow.
    let code = [POSSESSIVE_REPEAT, 5, MAXREPEAT - 1, MAXREPEAT, AT, 0, SUCCESS, SUCCESS];
    let program = Program::new(&code, 0).expect("valid code");
    let mut scratch = Scratch::default();
    let mut poll = || true;
    let mut context = Context::new(&mut scratch);
    context.limits.poll = Some(&mut poll);
    assert_eq!(program.match_at(b"", (0, 0), &mut context), Err(MatchError::Interrupted));
}

#[test]
fn captures_survive_possessive_iterations() {
    // (?:(a)|b)*+c: CPython up to 3.13 reports the group at (1, 1) here.
    let code = [
        POSSESSIVE_REPEAT,
        19,
        0,
        MAXREPEAT,
        BRANCH,
        9,
        MARK,
        0,
        LITERAL,
        97,
        MARK,
        1,
        JUMP,
        7,
        5,
        LITERAL,
        98,
        JUMP,
        2,
        FAILURE,
        SUCCESS,
        LITERAL,
        99,
        SUCCESS,
    ];
    let program = Program::new(&code, 1).expect("valid code");
    let mut scratch = Scratch::default();
    let mut context = Context::new(&mut scratch);
    let found = program.match_at(b"abc", (0, 3), &mut context).expect("memory").expect("match");
    assert_eq!(found.spans(&program, &context), [Some((0, 3)), Some((0, 1))]);
    assert_eq!(found.lastgroup(&[None, Some("x")]), Some(&"x"));
}

#[test]
fn locale_tables_are_asked_at_run_time() {
    let mut latin = LocaleTable::c();
    (latin.lower[0xc4], latin.upper[0xe4]) = (0xe4, 0xc4);
    (latin.alphanumeric[0xc4], latin.alphanumeric[0xe4]) = (true, true);
    let check = |code: &[u32], in_c: bool, in_latin: bool| {
        let program = Program::new(code, 0).expect("valid code");
        let mut scratch = Scratch::default();
        for (locale, expected) in [(&C_LOCALE, in_c), (&latin, in_latin)] {
            let mut context = Context::new(&mut scratch);
            context.locale = locale;
            let found = program.fullmatch(b"\xc4", (0, 1), &mut context).expect("memory");
            assert_eq!(found.is_some(), expected, "{code:?}");
        }
    };
    check(&[LITERAL_LOC_IGNORE, 0xe4, SUCCESS], false, true);
    check(&[NOT_LITERAL_LOC_IGNORE, 0xe4, SUCCESS], true, false);
    check(&[IN_LOC_IGNORE, 4, LITERAL, 0xe4, FAILURE, SUCCESS], false, true);
    check(&[IN, 4, CATEGORY, 8, FAILURE, SUCCESS], false, true);
    check(&[CATEGORY, 9, SUCCESS], true, false);
    check(&[AT, 8, ANY, SUCCESS], false, true);
    check(&[REPEAT_ONE, 9, 1, 9, IN, 4, CATEGORY, 8, FAILURE, SUCCESS, SUCCESS], false, true);
}

#[test]
fn no_boundary_in_an_empty_text() {
    // Since Python 3.14 \B is always the opposite of \b.
    for (place, expected) in [(3, false), (4, true), (10, false), (11, true)] {
        let program = Program::new(&[AT, place, SUCCESS], 0).expect("valid code");
        let mut scratch = Scratch::default();
        let found = program.match_at(b"", (0, 0), &mut Context::new(&mut scratch));
        assert_eq!(found.expect("memory").is_some(), expected, "{place}");
    }
}

#[test]
fn sizes_stay_small() {
    assert!(size_of::<crate::program::Op>() <= 16);
    assert_eq!(size_of::<crate::scratch::Frame>(), 24);
}
