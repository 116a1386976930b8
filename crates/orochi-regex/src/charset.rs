//! Character sets. A set keeps the sequence of items that the code array spells (in which NEGATE
//! flips what a hit means, and the first hit decides) and, worked out once when the pattern is
//! decoded, a table with the answer for each of the first 256 characters: case folding, negation
//! and classes all disappear into it, so on bytes and Latin-1 a set is one load. Only characters
//! past 255 walk the items. Sets that depend on the locale cannot have a table; they walk always.

use crate::chars::{self, part};
use crate::locale::{Fold, LocaleTable};
use crate::opcodes::{Category, Class};

/// One entry of a set.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Literal(u32),
    Range(u32, u32),
    /// A range past the BMP in a pattern that ignores case: the upper case counts too.
    RangeUpper(u32, u32),
    Category(Category),
    /// A bit for each of the first 256 characters.
    Bits(Box<[u32; 8]>),
    /// A two-level bitmap over the BMP: the high byte selects a chunk, the low byte a bit.
    Planes {
        chunk_of: Box<[u8; 256]>,
        chunks: Box<[[u32; 8]]>,
    },
    Negate,
}

/// Which forms of the text's character are looked up in the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lookup {
    /// The character folded so; with the locale, its lower or else its upper case.
    Folded(Fold),
    /// Itself, or its lower or upper case in the locale: a literal under LOCALE and IGNORECASE.
    AnyCase,
}

/// How to find the end of a run of members, when better than asking one by one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Run {
    /// Everything is a member but these (at most three) bytes.
    Until([u8; 3], u8),
    /// No shortcut.
    Walk,
}

#[derive(Debug)]
pub(crate) struct CharSet {
    items: Box<[Item]>,
    lookup: Lookup,
    /// The complement is meant: NOT_LITERAL under IGNORECASE.
    complement: bool,
    /// The answer for the first 256 characters. Not valid if `dynamic`.
    pub table: [bool; 256],
    /// The parts (see [`part`]) in which this set may have members past 255.
    pub wide: u8,
    /// Past 255 it has all of those parts, so no item need be asked.
    whole_parts: bool,
    /// Depends on the locale at run time.
    pub dynamic: bool,
    pub run: Run,
}

#[inline]
fn bit(words: &[u32; 8], low: u32) -> bool {
    words[(low >> 5) as usize & 7] >> (low & 31) & 1 == 1
}

/// Whether `code` is in the category.
pub(crate) fn in_category(category: Category, code: u32, locale: &LocaleTable) -> bool {
    let hit = match category.class {
        Class::Digit => chars::ascii_is_digit(code),
        Class::Space => chars::ascii_is_space(code),
        Class::Word => chars::ascii_is_word(code),
        Class::Linebreak => code == 10,
        Class::LocaleWord => locale.is_word(code),
        Class::UnicodeDigit => chars::unicode_is_decimal(code),
        Class::UnicodeSpace => chars::unicode_is_space(code),
        Class::UnicodeWord => chars::unicode_is_word(code),
        Class::UnicodeLinebreak => chars::unicode_is_linebreak(code),
    };
    hit != category.negated
}

impl CharSet {
    pub(crate) fn new(items: Vec<Item>, lookup: Lookup, complement: bool) -> CharSet {
        let dynamic = matches!(lookup, Lookup::AnyCase | Lookup::Folded(Fold::Locale))
            || items
                .iter()
                .any(|i| matches!(i, Item::Category(Category { class: Class::LocaleWord, .. })));
        let (wide, whole_parts) = match lookup {
            _ if dynamic => (part::ALL, false),
            Lookup::Folded(Fold::None | Fold::Ascii) => wide_parts(&items, complement),
            Lookup::Folded(Fold::Unicode) => (folded_wide_parts(&items, complement), false),
            _ => (part::ALL, false),
        };
        let mut set = CharSet {
            items: items.into(),
            lookup,
            complement,
            table: [true; 256],
            wide,
            whole_parts,
            dynamic,
            run: Run::Walk,
        };
        if !dynamic {
            for code in 0..256 {
                set.table[code as usize] = set.walk(code, &crate::C_LOCALE);
            }
            set.run = set.run_shortcut();
        }
        set
    }

    /// Whether `code` is a member.
    #[inline(always)]
    pub(crate) fn contains(&self, code: u32, locale: &LocaleTable) -> bool {
        if code < 256 && !self.dynamic {
            self.table[code as usize]
        } else {
            self.contains_wide(code, locale)
        }
    }

    /// The same where the table does not answer.
    #[inline(always)]
    pub(crate) fn contains_wide(&self, code: u32, locale: &LocaleTable) -> bool {
        if self.whole_parts {
            self.wide & chars::part_of(code) != 0
        } else {
            self.wide != part::NONE && self.walk(code, locale)
        }
    }

    #[inline(never)]
    fn walk(&self, code: u32, locale: &LocaleTable) -> bool {
        let hit = match self.lookup {
            Lookup::Folded(Fold::Locale) => {
                let (lower, upper) = (locale.lower(code), locale.upper(code));
                self.has(lower, locale) || lower != upper && self.has(upper, locale)
            }
            Lookup::AnyCase => {
                [code, locale.lower(code), locale.upper(code)].iter().any(|&c| self.has(c, locale))
            }
            Lookup::Folded(fold) => self.has(fold.lower(code, locale), locale),
        };
        hit != self.complement
    }

    /// Whether the items say yes to this very code.
    fn has(&self, code: u32, locale: &LocaleTable) -> bool {
        let mut on_hit = true;
        for item in &self.items {
            let hit = match item {
                Item::Negate => {
                    on_hit = !on_hit;
                    continue;
                }
                Item::Literal(c) => code == *c,
                Item::Range(low, high) => (*low..=*high).contains(&code),
                Item::RangeUpper(low, high) => {
                    (*low..=*high).contains(&code)
                        || (*low..=*high).contains(&chars::unicode_toupper(code))
                }
                Item::Category(category) => in_category(*category, code, locale),
                Item::Bits(bits) => code < 256 && bit(bits, code),
                Item::Planes { chunk_of, chunks } => {
                    code < 0x10000
                        && chunks
                            .get(chunk_of[(code >> 8) as usize] as usize)
                            .is_some_and(|chunk| bit(chunk, code & 0xff))
                }
            };
            if hit {
                return on_hit;
            }
        }
        !on_hit
    }

    fn run_shortcut(&self) -> Run {
        let outside = self.table.iter().filter(|&&member| !member).count();
        if self.wide != part::ALL || !(1..=3).contains(&outside) || !self.holds_every_wide() {
            return Run::Walk;
        }
        let mut stops = [0; 3];
        let bytes = (0..=255u8).filter(|&b| !self.table[b as usize]);
        for (slot, byte) in stops.iter_mut().zip(bytes) {
            *slot = byte;
        }
        Run::Until(stops, outside as u8)
    }

    /// Whether certainly every character past 255 is a member: a negated set of narrow items.
    fn holds_every_wide(&self) -> bool {
        let narrow = |item: &Item| match item {
            Item::Literal(c) => *c < 256,
            Item::Range(_, high) => *high < 256,
            Item::Bits(_) => true,
            _ => false,
        };
        self.lookup == Lookup::Folded(Fold::None)
            && !self.complement
            && matches!(self.items.split_first(), Some((Item::Negate, rest)) if rest.iter().all(narrow))
    }
}

/// The parts past 255 in which a category has members, and those that it holds whole.
fn category_parts(category: Category) -> (u8, u8) {
    let (may, must) = match category.class {
        Class::Digit | Class::Space | Class::Word | Class::Linebreak => (part::NONE, part::NONE),
        Class::LocaleWord => (part::NONE, part::NONE),
        Class::UnicodeDigit => (part::DECIMAL, part::DECIMAL),
        Class::UnicodeSpace => (part::SPACE, part::SPACE),
        Class::UnicodeWord => (part::DECIMAL | part::LETTER, part::DECIMAL | part::LETTER),
        Class::UnicodeLinebreak => (part::SPACE, part::NONE),
    };
    if category.negated { (part::ALL & !must, part::ALL & !may) } else { (may, must) }
}

/// The parts past 255 in which items that are looked up as they are may have members, and whether
/// these parts are held whole.
fn wide_parts(items: &[Item], complement: bool) -> (u8, bool) {
    let (negated, rest) = match items.split_first() {
        Some((Item::Negate, rest)) => (true, rest),
        _ => (false, items),
    };
    let (mut may, mut must) = (part::NONE, part::NONE);
    for item in rest {
        let (item_may, item_must) = match item {
            Item::Literal(c) if *c < 256 => (part::NONE, part::NONE),
            Item::Literal(c) => (chars::part_of(*c), part::NONE),
            Item::Range(_, high) if *high < 256 => (part::NONE, part::NONE),
            Item::Bits(_) => (part::NONE, part::NONE),
            Item::Category(category) => category_parts(*category),
            Item::Range(..) | Item::RangeUpper(..) | Item::Planes { .. } => (part::ALL, part::NONE),
            // A second NEGATE is never emitted; nothing is known then.
            Item::Negate => return (part::ALL, false),
        };
        may |= item_may;
        must |= item_must;
    }
    (if negated != complement { part::ALL & !must } else { may }, may == must)
}

/// The same for items looked up by their lower case: a literal alone is worth a closer look, since
/// only five narrow characters are the lower case of a character past 255.
fn folded_wide_parts(items: &[Item], complement: bool) -> u8 {
    const LOWER_OF_WIDE: [u32; 5] = [0x69, 0x6b, 0xdf, 0xe5, 0xff];
    let narrow =
        |item: &Item| matches!(item, Item::Literal(c) if *c < 256 && !LOWER_OF_WIDE.contains(c));
    if !complement && items.iter().all(narrow) { part::NONE } else { part::ALL }
}
