//! Matching tokens against the grammar: a packrat recogniser. Tokens are fetched when they are
//! first looked at, as CPython does, because the last one fetched is where a generic error is.

use super::rule::{Action, Alternative, Grammar, Item, RuleId, grammar};
use super::token::{Kind, Token, TokenError};
use super::tokenizer::Tokenizer;
use crate::error::Failure;
use rustc_hash::FxHashMap;

/// Names that are keywords in some places only.
const SOFT_KEYWORDS: &[&str] = &["_", "case", "match", "type"];
/// Rules may nest this deep.
const MAX_DEPTH: u32 = 6000;

/// Why matching stopped for good.
#[derive(Debug)]
pub enum Stop {
    /// Something that is no token.
    Token(TokenError),
    /// A message of a rule for mistakes.
    Said(Failure),
    /// Nested too deeply.
    Depth,
}

/// What an alternative's action names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Captures {
    /// Token indices, the end exclusive.
    pub a: Option<(usize, usize)>,
    pub b: Option<(usize, usize)>,
}

/// `Some(end)` if matched.
pub type Matched = Result<Option<usize>, Stop>;

/// The state of matching.
pub struct Recogniser<'s> {
    pub source: &'s str,
    pub tokenizer: Tokenizer<'s>,
    pub tokens: Vec<Token>,
    /// An error met behind the last token; raised again by whoever looks there.
    pub error: Option<TokenError>,
    pub grammar: &'static Grammar,
    /// Whether the rules for mistakes are in use.
    pub second_pass: bool,
    /// The highest token looked at in this pass, plus one.
    pub seen: usize,
    memo: FxHashMap<(RuleId, bool, u32), Option<u32>>,
    depth: u32,
    pub diamond: bool,
}

impl<'s> Recogniser<'s> {
    pub fn new(source: &'s str, tokenizer: Tokenizer<'s>, diamond: bool) -> Self {
        Self {
            source,
            tokenizer,
            tokens: Vec::new(),
            error: None,
            grammar: grammar(),
            second_pass: false,
            seen: 0,
            memo: FxHashMap::default(),
            depth: 0,
            diamond,
        }
    }

    /// Starts over, with the rules for mistakes.
    pub fn begin_second_pass(&mut self) {
        self.second_pass = true;
        self.memo.clear();
    }

    /// Matches a rule from the start.
    pub fn run(&mut self, rule: &str) -> Matched {
        let rule = self.grammar.by_name.get(rule).copied().unwrap_or(0);
        self.rule(rule, 0)
    }

    /// The token number `index`.
    pub fn token(&mut self, index: usize) -> Result<Token, Stop> {
        while self.tokens.len() <= index {
            if let Some(error) = &self.error {
                return Err(Stop::Token(error.clone()));
            }
            match self.tokenizer.next() {
                Ok(token) => self.tokens.push(token),
                Err(error) => {
                    self.error = Some(error.clone());
                    return Err(Stop::Token(error));
                }
            }
        }
        self.seen = self.seen.max(index + 1);
        Ok(self.tokens[index])
    }

    /// The text of a token.
    pub fn text(&self, token: Token) -> &'s str {
        self.source.get(token.start..token.end).unwrap_or("")
    }

    fn rule(&mut self, id: RuleId, at: usize) -> Matched {
        // CPython remembers the results of these without regard to whether the rules for mistakes
        // were in use, which decides some messages.
        let remembered = self.grammar.memoised[usize::from(id)];
        let key = (id, remembered || self.second_pass, at as u32);
        if let Some(&known) = self.memo.get(&key) {
            return Ok(known.map(|end| end as usize));
        }
        if self.depth >= MAX_DEPTH {
            return Err(Stop::Depth);
        }
        self.depth += 1;
        let grammar = self.grammar;
        let result = stacker::maybe_grow(256 << 10, 8 << 20, || {
            self.alternatives(&grammar.rules[usize::from(id)].alternatives, at)
        });
        self.depth -= 1;
        let result = result?;
        self.memo.insert(key, result.map(|end| end as u32));
        Ok(result)
    }

    fn alternatives(&mut self, list: &'static [Alternative], at: usize) -> Matched {
        for alternative in list {
            if alternative.bad && !self.second_pass {
                continue;
            }
            let mut captures = Captures::default();
            let mut cut = false;
            if let Some(end) = self.items(alternative, at, &mut captures, &mut cut)? {
                return match alternative.action {
                    Action::None => Ok(Some(end)),
                    Action::Say(place, message) => Err(self.say(place, message, captures, end)?),
                    Action::Check(name) => self.check(name, captures, at, end),
                };
            }
            if cut {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn items(
        &mut self,
        alternative: &'static Alternative,
        at: usize,
        captures: &mut Captures,
        cut: &mut bool,
    ) -> Matched {
        let mut position = at;
        for item in &alternative.items {
            match item {
                Item::Cut => *cut = true,
                Item::Named(second, inner) => {
                    let Some(end) = self.item(inner, position)? else { return Ok(None) };
                    let range = Some((position, end));
                    *(if *second { &mut captures.b } else { &mut captures.a }) = range;
                    position = end;
                }
                _ => match self.item(item, position)? {
                    Some(end) => position = end,
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(position))
    }

    fn item(&mut self, item: &'static Item, at: usize) -> Matched {
        match item {
            Item::Text(text) => {
                let token = self.token(at)?;
                let fits = matches!(token.kind, Kind::Op | Kind::Name) && self.text(token) == *text;
                Ok(fits.then_some(at + 1))
            }
            Item::Soft(text) => {
                let token = self.token(at)?;
                Ok((token.kind == Kind::Name && self.text(token) == *text).then_some(at + 1))
            }
            Item::AnySoft => {
                let token = self.token(at)?;
                let fits = token.kind == Kind::Name && SOFT_KEYWORDS.contains(&self.text(token));
                Ok(fits.then_some(at + 1))
            }
            Item::Kind(kind) => {
                let token = self.token(at)?;
                let keyword = *kind == Kind::Name
                    && token.kind == Kind::Name
                    && self.grammar.keywords.contains(&self.text(token));
                Ok((token.kind == *kind && !keyword).then_some(at + 1))
            }
            Item::Rule(id) => self.rule(*id, at),
            Item::Plain(id) => {
                let saved = std::mem::replace(&mut self.second_pass, false);
                let result = self.rule(*id, at);
                self.second_pass = saved;
                result
            }
            Item::Group(list) => self.alternatives(list, at),
            Item::Optional(list) => Ok(Some(self.alternatives(list, at)?.unwrap_or(at))),
            Item::Many(inner) => {
                let mut position = at;
                while let Some(end) = self.item(inner, position)? {
                    if end == position {
                        break;
                    }
                    position = end;
                }
                Ok(Some(position))
            }
            Item::Some(inner) => {
                let Some(mut position) = self.item(inner, at)? else { return Ok(None) };
                while let Some(end) = self.item(inner, position)? {
                    if end == position {
                        break;
                    }
                    position = end;
                }
                Ok(Some(position))
            }
            Item::Gather(separator, element) => {
                let Some(mut position) = self.item(element, at)? else { return Ok(None) };
                while let Some(next) = self.item(separator, position)? {
                    match self.item(element, next)? {
                        Some(end) => position = end,
                        None => break,
                    }
                }
                Ok(Some(position))
            }
            Item::Look(positive, inner) => {
                let found = self.item(inner, at)?.is_some();
                Ok((found == *positive).then_some(at))
            }
            Item::Forced(text) => {
                let token = self.token(at)?;
                if matches!(token.kind, Kind::Op | Kind::Name) && self.text(token) == *text {
                    return Ok(Some(at + 1));
                }
                if !self.second_pass {
                    // Nothing is said in the first pass, but nothing else is tried either.
                }
                Err(Stop::Said(self.failure(format!("expected '{text}'"), token.start, token.end)))
            }
            Item::Named(_, inner) => self.item(inner, at),
            Item::Cut => Ok(Some(at)),
        }
    }
}
