//! Reading values: `make_scanner`.
//!
//! The items of open arrays and the members of open objects wait on one rooted stack, from which a
//! list or dict of the right size is made when its closing bracket is reached.

use orochi_text::{Unit, number, with_units};
use orochi_vm::class::{GetSet, Method, NativeLayout, TypeSpec, function, getter, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::{Dict, DictBuilder};
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;
use orochi_vm::types::{float, int};

use super::decode_error;
use super::text::{Scanned, scan};

heap_object! {
    /// A scanner: what a `JSONDecoder` asks for values.
    pub immutable struct Scanner: SCANNER {
        values {
            /// `object_hook`, or None
            object_hook: Value,
            /// `object_pairs_hook`, or None
            object_pairs_hook: Value,
            /// `parse_float`
            parse_float: Value,
            /// `parse_int`
            parse_int: Value,
            /// `parse_constant`
            parse_constant: Value,
        }
        storage {}
        data {
            /// Whether control characters in strings are errors.
            strict: bool,
        }
    }
}

/// `_json.Scanner`
pub static SCANNER: TypeSpec = TypeSpec {
    module: "_json",
    doc: "JSON scanner object",
    flags: orochi_vm::class::TypeFlags::IMMUTABLE,
    new: Some(function("__new__($cls, context)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("Scanner", NativeLayout::of::<Scanner>())
};

static METHODS: &[Method] =
    &[method("__call__($self, string, idx)", call, "Call self as a function.")];

static GETSET: &[GetSet] = &[
    getter(
        "strict",
        |th, this| Ok(Value::from_bool(th.receiver::<Scanner>(this)?.strict.get())),
        "strict",
    ),
    getter(
        "object_hook",
        |th, this| Ok(th.receiver::<Scanner>(this)?.object_hook.get()),
        "object_hook",
    ),
    getter(
        "object_pairs_hook",
        |th, this| Ok(th.receiver::<Scanner>(this)?.object_pairs_hook.get()),
        "",
    ),
    getter(
        "parse_float",
        |th, this| Ok(th.receiver::<Scanner>(this)?.parse_float.get()),
        "parse_float",
    ),
    getter("parse_int", |th, this| Ok(th.receiver::<Scanner>(this)?.parse_int.get()), "parse_int"),
    getter(
        "parse_constant",
        |th, this| Ok(th.receiver::<Scanner>(this)?.parse_constant.get()),
        "parse_constant",
    ),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SCANNER)?;
    let context = args[1];
    let strict = th.get_attribute(context, name!(th, "strict"))?;
    let strict = th.is_true(strict)?;
    let object_hook = th.get_attribute(context, name!(th, "object_hook"))?;
    let object_pairs_hook = th.get_attribute(context, name!(th, "object_pairs_hook"))?;
    let parse_float = th.get_attribute(context, name!(th, "parse_float"))?;
    let parse_int = th.get_attribute(context, name!(th, "parse_int"))?;
    let parse_constant = th.get_attribute(context, name!(th, "parse_constant"))?;
    let made = Scanner::allocate_as(
        th,
        shape,
        object_hook,
        object_pairs_hook,
        parse_float,
        parse_int,
        parse_constant,
        strict,
    )?;
    Ok(made.value())
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let scanner = th.receiver::<Scanner>(args[0])?;
    let Some(document) = args[1].cast::<Str>() else {
        let name = th.type_name(args[1]);
        return Err(th.type_error(format!("first argument must be a string, not {name}")));
    };
    let start = th.index_ssize(args[2])?;
    let Ok(start) = usize::try_from(start) else {
        return Err(th.value_error("idx cannot be negative"));
    };
    let mut reader = Reader {
        scanner,
        document,
        plain_float: scanner.parse_float.get() == float::SPEC.class().value(),
        plain_int: scanner.parse_int.get() == int::SPEC.class().value(),
        waiting: RootVec::new(),
        keys: Keys { places: [u32::MAX; KEY_PLACES], strings: RootVec::new() },
    };
    let (value, end) = with_units!(document.text(), units => reader.value(th, units, start))?;
    let end = th.int_from_i64(end as i64)?;
    Ok(Tuple::from_slice(th, &[value, end])?.value())
}

/// Keys seen before: members of objects of one kind share theirs.
struct Keys {
    /// Indices into `strings`, by a hash of the characters.
    places: [u32; KEY_PLACES],
    strings: RootVec,
}

const KEY_PLACES: usize = 256;

impl Keys {
    /// The string with these characters.
    fn get<U: Unit>(&mut self, th: &Thread, units: &[U]) -> Result<Ref<Str>, Raised> {
        if units.len() > 64 {
            return Str::new(th, U::text(units));
        }
        let hash = units
            .iter()
            .fold(units.len() as u32, |hash, unit| (hash ^ unit.code()).wrapping_mul(0x0100_0193));
        let place = (hash ^ hash >> 15) as usize % KEY_PLACES;
        if let Some(known) =
            self.strings.get(self.places[place] as usize).and_then(|v| v.cast::<Str>())
            && orochi_text::compare::equal(known.text(), U::text(units))
        {
            return Ok(known);
        }
        let made = Str::new(th, U::text(units))?;
        self.places[place] = self.strings.len() as u32;
        self.strings.push(made.value());
        Ok(made)
    }
}

struct Reader {
    scanner: Ref<Scanner>,
    document: Ref<Str>,
    plain_float: bool,
    plain_int: bool,
    waiting: RootVec,
    keys: Keys,
}

fn code<U: Unit>(units: &[U], at: usize) -> u32 {
    units.get(at).map_or(u32::MAX, |unit| unit.code())
}

fn skip_space<U: Unit>(units: &[U], mut at: usize) -> usize {
    while matches!(code(units, at), 0x20 | 0x09 | 0x0A | 0x0D) {
        at += 1;
    }
    at
}

fn starts_with<U: Unit>(units: &[U], at: usize, word: &str) -> bool {
    units.get(at..at + word.len()).is_some_and(|part| {
        part.iter().zip(word.bytes()).all(|(unit, byte)| unit.code() == byte.into())
    })
}

impl Reader {
    #[cold]
    fn nothing_here(&self, th: &Thread, at: usize) -> Raised {
        match th.int_from_i64(at as i64) {
            Ok(at) => th.stop_iteration(at),
            Err(raised) => raised,
        }
    }

    #[cold]
    fn problem(&self, th: &mut Thread, message: &str, at: usize) -> Raised {
        decode_error(th, message, self.document, at)
    }

    /// The value that begins at `at`, and the index behind it.
    fn value<U: Unit>(
        &mut self,
        th: &mut Thread,
        units: &[U],
        at: usize,
    ) -> Result<(Value, usize), Raised> {
        match code(units, at) {
            0x22 => self.string(th, units, at + 1),
            0x7B => {
                th.check_native_stack()?;
                self.object(th, units, at + 1)
            }
            0x5B => {
                th.check_native_stack()?;
                self.array(th, units, at + 1)
            }
            0x6E if starts_with(units, at, "null") => Ok((Value::NONE, at + 4)),
            0x74 if starts_with(units, at, "true") => Ok((Value::TRUE, at + 4)),
            0x66 if starts_with(units, at, "false") => Ok((Value::FALSE, at + 5)),
            0x4E if starts_with(units, at, "NaN") => self.constant(th, "NaN", at),
            0x49 if starts_with(units, at, "Infinity") => self.constant(th, "Infinity", at),
            0x2D if starts_with(units, at, "-Infinity") => self.constant(th, "-Infinity", at),
            0x2D | 0x30..=0x39 => self.number(th, units, at),
            _ => Err(self.nothing_here(th, at)),
        }
    }

    fn constant(&self, th: &mut Thread, word: &str, at: usize) -> Result<(Value, usize), Raised> {
        let text = th.intern(word)?.value();
        let value = th.call(self.scanner.parse_constant.get(), &[text])?;
        Ok((value, at + word.len()))
    }

    fn string<U: Unit>(
        &mut self,
        th: &mut Thread,
        units: &[U],
        start: usize,
    ) -> Result<(Value, usize), Raised> {
        match scan(units, start, self.scanner.strict.get()) {
            Ok((Scanned::Plain(range), end)) => {
                Ok((Str::new(th, U::text(&units[range]))?.value(), end))
            }
            Ok((Scanned::Built(text), end)) => Ok((th.new_text(text)?.value(), end)),
            Err(problem) => Err(problem.raise(th, self.document)),
        }
    }

    fn number<U: Unit>(
        &mut self,
        th: &mut Thread,
        units: &[U],
        start: usize,
    ) -> Result<(Value, usize), Raised> {
        let is_digit = |at: usize| (0x30..=0x39).contains(&code(units, at));
        let mut at = start + usize::from(code(units, start) == 0x2D);
        match code(units, at) {
            0x30 => at += 1,
            0x31..=0x39 => {
                while is_digit(at) {
                    at += 1;
                }
            }
            _ => return Err(self.nothing_here(th, start)),
        }
        let whole = at;
        if code(units, at) == 0x2E && is_digit(at + 1) {
            at += 2;
            while is_digit(at) {
                at += 1;
            }
        }
        if matches!(code(units, at), 0x65 | 0x45) {
            let sign = usize::from(matches!(code(units, at + 1), 0x2B | 0x2D));
            if is_digit(at + 1 + sign) {
                at += 2 + sign;
                while is_digit(at) {
                    at += 1;
                }
            }
        }
        let literal = &units[start..at];
        if at > whole {
            if self.plain_float {
                return match number::parse_float(U::text(literal)) {
                    Ok(value) => Ok((Value::from_f64(value), at)),
                    Err(error) => Err(th.text_error(error)),
                };
            }
            let text = Str::new(th, U::text(literal))?.value();
            return Ok((th.call(self.scanner.parse_float.get(), &[text])?, at));
        }
        if self.plain_int && literal.len() <= 15 {
            let negative = literal[0].code() == 0x2D;
            let magnitude = literal[usize::from(negative)..]
                .iter()
                .fold(0i64, |value, unit| value * 10 + i64::from(unit.code() - 0x30));
            let value = th.int_from_i64(if negative { -magnitude } else { magnitude })?;
            return Ok((value, at));
        }
        let text = Str::new(th, U::text(literal))?.value();
        Ok((th.call(self.scanner.parse_int.get(), &[text])?, at))
    }

    fn array<U: Unit>(
        &mut self,
        th: &mut Thread,
        units: &[U],
        start: usize,
    ) -> Result<(Value, usize), Raised> {
        let base = self.waiting.len();
        let mut at = skip_space(units, start);
        if code(units, at) != 0x5D {
            loop {
                let (value, end) = self.value(th, units, at)?;
                self.waiting.push(value);
                at = skip_space(units, end);
                match code(units, at) {
                    0x5D => break,
                    0x2C => {}
                    _ => return Err(self.problem(th, "Expecting ',' delimiter", at)),
                }
                let comma = at;
                at = skip_space(units, at + 1);
                if code(units, at) == 0x5D {
                    return Err(self.problem(
                        th,
                        "Illegal trailing comma before end of array",
                        comma,
                    ));
                }
                th.poll()?;
            }
        }
        let list = List::from_slice(th, &self.waiting[base..])?;
        self.waiting.truncate(base);
        Ok((list.value(), at + 1))
    }

    fn object<U: Unit>(
        &mut self,
        th: &mut Thread,
        units: &[U],
        start: usize,
    ) -> Result<(Value, usize), Raised> {
        let base = self.waiting.len();
        let mut at = skip_space(units, start);
        if code(units, at) != 0x7D {
            loop {
                if code(units, at) != 0x22 {
                    let message = "Expecting property name enclosed in double quotes";
                    return Err(self.problem(th, message, at));
                }
                let key = match scan(units, at + 1, self.scanner.strict.get()) {
                    Ok((Scanned::Plain(range), end)) => {
                        at = end;
                        self.keys.get(th, &units[range])?
                    }
                    Ok((Scanned::Built(text), end)) => {
                        at = end;
                        th.new_text(text)?
                    }
                    Err(problem) => return Err(problem.raise(th, self.document)),
                };
                at = skip_space(units, at);
                if code(units, at) != 0x3A {
                    return Err(self.problem(th, "Expecting ':' delimiter", at));
                }
                at = skip_space(units, at + 1);
                self.waiting.push(key.value());
                let (value, end) = self.value(th, units, at)?;
                self.waiting.push(value);
                at = skip_space(units, end);
                match code(units, at) {
                    0x7D => break,
                    0x2C => {}
                    _ => return Err(self.problem(th, "Expecting ',' delimiter", at)),
                }
                let comma = at;
                at = skip_space(units, at + 1);
                if code(units, at) == 0x7D {
                    return Err(self.problem(
                        th,
                        "Illegal trailing comma before end of object",
                        comma,
                    ));
                }
                th.poll()?;
            }
        }
        let value = self.members(th, base)?;
        self.waiting.truncate(base);
        Ok((value, at + 1))
    }

    /// What the members of an object become, which wait from `base` on.
    fn members(&mut self, th: &mut Thread, base: usize) -> Result<Value, Raised> {
        let members = &self.waiting[base..];
        let pairs_hook = self.scanner.object_pairs_hook.get();
        if !pairs_hook.is_none() {
            let list = List::with_capacity(th, members.len() / 2)?;
            for pair in members.chunks_exact(2) {
                let pair = Tuple::from_slice(th, pair)?.value();
                list.push(th, pair)?;
            }
            return th.call(pairs_hook, &[list.value()]);
        }
        let dict = plain_dict(th, members)?;
        let hook = self.scanner.object_hook.get();
        if hook.is_none() { Ok(dict.value()) } else { th.call(hook, &[dict.value()]) }
    }
}

fn plain_dict(th: &Thread, members: &[Value]) -> Result<Ref<Dict>, Raised> {
    let builder = DictBuilder::new(th, members.len() / 2)?;
    for pair in members.chunks_exact(2) {
        if let Some(key) = pair[0].cast::<Str>() {
            builder.set_str(key, pair[1])?;
        }
    }
    Ok(builder.finish())
}
