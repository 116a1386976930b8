//! The grammar as data: read once from its text.

use super::grammar::GRAMMAR;
use super::token::Kind;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// Index of a rule.
pub type RuleId = u16;

/// A piece of an alternative.
#[derive(Debug)]
pub enum Item {
    /// A keyword or operator by its text.
    Text(&'static str),
    /// A soft keyword: a name by its text.
    Soft(&'static str),
    /// A token of a kind.
    Kind(Kind),
    /// Any soft keyword.
    AnySoft,
    /// Another rule.
    Rule(RuleId),
    /// Another rule, and below it none for mistakes.
    Plain(RuleId),
    /// Alternatives in parentheses.
    Group(Vec<Alternative>),
    /// Alternatives or nothing.
    Optional(Vec<Alternative>),
    /// Zero or more.
    Many(Box<Item>),
    /// One or more.
    Some(Box<Item>),
    /// One or more, with something between.
    Gather(Box<Item>, Box<Item>),
    /// Looking ahead, for presence or absence.
    Look(bool, Box<Item>),
    /// No other alternative after this.
    Cut,
    /// Must come, else *expected …*.
    Forced(&'static str),
    /// One that the action names `a` or `b`.
    Named(bool, Box<Item>),
}

/// What an alternative says or checks when it has matched.
#[derive(Debug, Clone, Copy)]
pub enum Action {
    None,
    /// A message, and where it belongs.
    Say(Place, &'static str),
    /// A check by name.
    Check(&'static str),
}

/// Where a message belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At `a`.
    At,
    /// From `a` to `b`.
    Range,
    /// From `a` to where the tokenizer is.
    From,
    /// At the last token.
    Here,
    /// At the token that would come next.
    Next,
    /// At the last token, as an `IndentationError`.
    Indent,
}

/// One way to match.
#[derive(Debug)]
pub struct Alternative {
    pub items: Vec<Item>,
    pub action: Action,
    /// Refers to a rule for mistakes only: left out in the first pass.
    pub bad: bool,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    pub alternatives: Vec<Alternative>,
}

/// The grammar.
pub struct Grammar {
    pub rules: Vec<Rule>,
    pub by_name: FxHashMap<&'static str, RuleId>,
    /// Whether CPython remembers the results of each rule.
    pub memoised: Vec<bool>,
    /// Names that are no identifiers.
    pub keywords: Vec<&'static str>,
}

/// The rules whose results CPython remembers.
const MEMOISED: &[&str] = &[
    "simple_stmt",
    "block",
    "expression",
    "star_expression",
    "disjunction",
    "conjunction",
    "inversion",
    "factor",
    "await_primary",
    "arguments",
    "strings",
    "star_target",
    "target_with_star",
    "del_target",
    "closed_pattern",
    "star_pattern",
    "type_param",
    "bad_named",
    "bitwise_or",
    "bitwise_xor",
    "bitwise_and",
    "shift",
    "sum",
    "term",
    "primary",
    "t_primary",
    "dotted_name",
    "attr",
];

/// The grammar, read on first use.
pub fn grammar() -> &'static Grammar {
    static READ: OnceLock<Grammar> = OnceLock::new();
    READ.get_or_init(|| read(GRAMMAR))
}

fn read(text: &'static str) -> Grammar {
    // Names first, so that rules may refer to later ones.
    let mut bodies: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("  | ") {
            Some(rest) => {
                if let Some((_, lines)) = bodies.last_mut() {
                    lines.push(rest);
                }
            }
            None => {
                if let Some((name, rest)) = line.split_once(" = ") {
                    bodies.push((name, vec![rest]));
                }
            }
        }
    }
    let by_name: FxHashMap<_, _> =
        bodies.iter().enumerate().map(|(i, (name, _))| (*name, i as RuleId)).collect();
    let memoised = bodies.iter().map(|(name, _)| MEMOISED.contains(name)).collect();
    let mut keywords = vec!["async", "await"];
    let rules = bodies
        .into_iter()
        .map(|(_, lines)| {
            let mut alternatives = Vec::new();
            for line in lines {
                let mut reader = Reader { rest: line, by_name: &by_name, keywords: &mut keywords };
                alternatives.extend(reader.alternatives());
            }
            Rule { alternatives }
        })
        .collect();
    Grammar { rules, by_name, memoised, keywords }
}

struct Reader<'g> {
    rest: &'static str,
    by_name: &'g FxHashMap<&'static str, RuleId>,
    keywords: &'g mut Vec<&'static str>,
}

impl Reader<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, text: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn alternatives(&mut self) -> Vec<Alternative> {
        let mut list = vec![self.alternative()];
        while self.eat("|") {
            list.push(self.alternative());
        }
        list
    }

    fn alternative(&mut self) -> Alternative {
        let mut items = Vec::new();
        loop {
            self.skip();
            match self.rest.as_bytes().first() {
                None | Some(b'|' | b')' | b']') => break,
                Some(b'{') => {
                    let action = self.action();
                    return self.finish(items, action);
                }
                _ => items.push(self.item()),
            }
        }
        self.finish(items, Action::None)
    }

    fn finish(&self, items: Vec<Item>, action: Action) -> Alternative {
        let is_bad = |id: RuleId| {
            self.by_name.iter().any(|(name, &i)| {
                i == id && name.starts_with("bad_") && *name != "bad_annotation_target"
            })
        };
        let bad = items.iter().any(|item| matches!(item, Item::Rule(id) if is_bad(*id)));
        Alternative { items, action, bad }
    }

    fn action(&mut self) -> Action {
        let body = &self.rest[1..];
        let (head, message) = match body.split_once(": ") {
            Some((head, rest)) if !head.contains('}') => (head, Some(rest)),
            _ => (body.split_once('}').map_or(body, |(head, _)| head), None),
        };
        let Some(message) = message else {
            self.rest = body.get(head.len() + 1..).unwrap_or("");
            return Action::Check(head);
        };
        self.rest = "";
        let message = message.strip_suffix('}').unwrap_or(message);
        let place = match head.split(' ').next() {
            Some("at") => Place::At,
            Some("range") => Place::Range,
            Some("from") => Place::From,
            Some("next") => Place::Next,
            Some("indent") => Place::Indent,
            _ => Place::Here,
        };
        Action::Say(place, message)
    }

    fn item(&mut self) -> Item {
        self.skip();
        if self.eat("~") {
            return Item::Cut;
        }
        if self.eat("&&") {
            return Item::Forced(self.quoted());
        }
        for (prefix, positive) in [("&", true), ("!", false)] {
            if self.eat(prefix) {
                return Item::Look(positive, Box::new(self.atom()));
            }
        }
        for (prefix, second) in [("a=", false), ("b=", true)] {
            if self.eat(prefix) {
                return Item::Named(second, Box::new(self.repeated()));
            }
        }
        self.repeated()
    }

    fn repeated(&mut self) -> Item {
        let item = self.atom();
        if let Some(rest) = self.rest.strip_prefix('*') {
            self.rest = rest;
            return Item::Many(Box::new(item));
        }
        if let Some(rest) = self.rest.strip_prefix('+') {
            self.rest = rest;
            return Item::Some(Box::new(item));
        }
        if let Some(rest) = self.rest.strip_prefix('.') {
            self.rest = rest;
            let element = self.atom();
            self.rest = self.rest.strip_prefix('+').unwrap_or(self.rest);
            return Item::Gather(Box::new(item), Box::new(element));
        }
        item
    }

    /// A text in quotes.
    fn quoted(&mut self) -> &'static str {
        self.skip();
        let quote = &self.rest[..1];
        let body = &self.rest[1..];
        let end = body.find(quote).unwrap_or(body.len());
        self.rest = body.get(end + 1..).unwrap_or("");
        &body[..end]
    }

    fn atom(&mut self) -> Item {
        self.skip();
        match self.rest.as_bytes().first() {
            Some(b'\'') => {
                let text = self.quoted();
                if text.as_bytes()[0].is_ascii_alphabetic() && !self.keywords.contains(&text) {
                    self.keywords.push(text);
                }
                Item::Text(text)
            }
            Some(b'"') => Item::Soft(self.quoted()),
            Some(b'(') => {
                self.rest = &self.rest[1..];
                let group = self.alternatives();
                self.eat(")");
                Item::Group(group)
            }
            Some(b'[') => {
                self.rest = &self.rest[1..];
                let group = self.alternatives();
                self.eat("]");
                Item::Optional(group)
            }
            Some(b'@') => {
                self.rest = &self.rest[1..];
                Item::Plain(self.rule())
            }
            _ => {
                let kind = [
                    ("NAME", Kind::Name),
                    ("NUMBER", Kind::Number),
                    ("STRING", Kind::String),
                    ("FSTART", Kind::FStart),
                    ("FMIDDLE", Kind::FMiddle),
                    ("FEND", Kind::FEnd),
                    ("TSTART", Kind::TStart),
                    ("TMIDDLE", Kind::TMiddle),
                    ("TEND", Kind::TEnd),
                    ("NEWLINE", Kind::Newline),
                    ("INDENT", Kind::Indent),
                    ("DEDENT", Kind::Dedent),
                    ("END", Kind::End),
                ]
                .into_iter()
                .find(|(name, _)| self.rest.starts_with(name));
                if let Some((name, kind)) = kind {
                    self.rest = &self.rest[name.len()..];
                    return Item::Kind(kind);
                }
                if let Some(rest) = self.rest.strip_prefix("SOFT") {
                    self.rest = rest;
                    return Item::AnySoft;
                }
                Item::Rule(self.rule())
            }
        }
    }

    fn rule(&mut self) -> RuleId {
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        debug_assert!(self.by_name.contains_key(name), "grammar names no rule {name:?}");
        self.by_name.get(name).copied().unwrap_or(0)
    }
}
