//! Signatures of native functions, read from their text.

use crate::exception::Raised;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::str::Str;

/// One parameter of a native function.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, interned.
    pub name: Ref<Str>,
    /// Whether the call may leave it out.
    pub optional: bool,
    /// The default as written, if any.
    pub default: Option<&'static str>,
}

/// What a native function can be called with.
#[derive(Debug)]
pub struct Signature {
    /// All parameters in the order in which the function receives them: positional ones (the
    /// receiver first), `*args`, keyword-only ones, `**kwargs`.
    pub parameters: Vec<Parameter>,
    /// How many of them are positional, the receiver included.
    pub positional: usize,
    /// How many of those have no default.
    pub required: usize,
    /// How many of those cannot be passed by name.
    pub positional_only: usize,
    /// Whether `*args` follows the positional ones.
    pub varargs: bool,
    /// Keyword-only parameters.
    pub keyword_only: usize,
    /// Whether `**kwargs` comes last.
    pub varkeywords: bool,
    /// Whether the first parameter is the receiver (`$self`, `$cls`, `$module`).
    pub receiver: bool,
}

impl Signature {
    /// Splits `"name($self, a, b=1, /, *, key=None)"` into the name and what follows.
    pub fn split_name(text: &'static str) -> (&'static str, &'static str) {
        match text.find('(') {
            Some(at) => (&text[..at], &text[at..]),
            None => (text, "()"),
        }
    }

    /// Reads the part of a signature from the opening parenthesis.
    pub fn parse(th: &Thread, text: &'static str) -> Result<Signature, Raised> {
        let inner = text.trim_start_matches('(').trim_end_matches(')');
        let mut signature = Signature {
            parameters: Vec::new(),
            positional: 0,
            required: 0,
            positional_only: 0,
            varargs: false,
            keyword_only: 0,
            varkeywords: false,
            receiver: false,
        };
        let mut after_star = false;
        for item in split_parameters(inner) {
            let (name, default) = match item.split_once('=') {
                Some((name, default)) => (name.trim(), Some(default.trim())),
                None => (item, None),
            };
            if name == "/" {
                signature.positional_only = signature.positional;
                continue;
            }
            if name == "*" {
                after_star = true;
                continue;
            }
            if let Some(name) = name.strip_prefix("**") {
                signature.varkeywords = true;
                signature.parameters.push(Parameter {
                    name: th.intern(name)?,
                    optional: true,
                    default,
                });
            } else if let Some(name) = name.strip_prefix('*') {
                signature.varargs = true;
                after_star = true;
                signature.parameters.push(Parameter {
                    name: th.intern(name)?,
                    optional: true,
                    default,
                });
            } else {
                let plain = name.trim_start_matches('$');
                signature.receiver |= plain.len() != name.len();
                let optional = default.is_some();
                signature.parameters.push(Parameter { name: th.intern(plain)?, optional, default });
                if after_star {
                    signature.keyword_only += 1;
                } else {
                    signature.positional += 1;
                    signature.required += usize::from(!optional);
                }
            }
        }
        Ok(signature)
    }

    /// Whether a call with `count` positional arguments and no others can pass them as they are.
    #[inline(always)]
    pub fn is_direct(&self, count: usize) -> bool {
        count == self.parameters.len() && count == self.positional
    }
}

/// Splits at commas that are in no bracket or quotes.
fn split_parameters(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut quote) = (0i32, 0, None);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(' | b'[' | b'{' | b'<') => depth += 1,
            (None, b')' | b']' | b'}' | b'>') => depth -= 1,
            (None, b',') if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.into_iter().filter(|part| !part.is_empty())
}
