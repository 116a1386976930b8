//! Writing values: `make_encoder`.

use orochi_text::{TextBuf, number};
use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::native::NativeFunction;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;
use orochi_vm::types::{float, int};

use super::text::{encode_basestring, encode_basestring_ascii, push_string};

heap_object! {
    /// An encoder: what a `JSONEncoder` makes for one document.
    pub immutable struct Encoder: ENCODER {
        values {
            /// A dict, if circular references are to be noticed; or None.
            markers: Value,
            /// `default`
            default: Value,
            /// What makes JSON strings.
            string_encoder: Value,
            /// The text of one level of indentation, or None.
            indent: Value,
            /// Between key and value.
            key_separator: Ref<Str>,
            /// Between items.
            item_separator: Ref<Str>,
        }
        storage {}
        data {
            /// Whether members are sorted.
            sort_keys: bool,
            /// Whether members with other keys are left out.
            skip_keys: bool,
            /// Whether `NaN` and the infinities are written.
            allow_nan: bool,
        }
    }
}

/// `_json.Encoder`
pub static ENCODER: TypeSpec = TypeSpec {
    module: "_json",
    doc: "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function(
        "__new__($cls, markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
        new,
        "",
    )),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("Encoder", NativeLayout::of::<Encoder>())
};

static METHODS: &[Method] =
    &[method("__call__($self, obj, _current_indent_level)", call, "Call self as a function.")];

static GETSET: &[GetSet] = &[
    getter("markers", |th, this| Ok(th.receiver::<Encoder>(this)?.markers.get()), "markers"),
    getter("default", |th, this| Ok(th.receiver::<Encoder>(this)?.default.get()), "default"),
    getter("encoder", |th, this| Ok(th.receiver::<Encoder>(this)?.string_encoder.get()), "encoder"),
    getter("indent", |th, this| Ok(th.receiver::<Encoder>(this)?.indent.get()), "indent"),
    getter(
        "key_separator",
        |th, this| Ok(th.receiver::<Encoder>(this)?.key_separator.get().value()),
        "key_separator",
    ),
    getter(
        "item_separator",
        |th, this| Ok(th.receiver::<Encoder>(this)?.item_separator.get().value()),
        "item_separator",
    ),
    getter(
        "sort_keys",
        |th, this| Ok(Value::from_bool(th.receiver::<Encoder>(this)?.sort_keys.get())),
        "sort_keys",
    ),
    getter(
        "skipkeys",
        |th, this| Ok(Value::from_bool(th.receiver::<Encoder>(this)?.skip_keys.get())),
        "skipkeys",
    ),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &ENCODER)?;
    let &[
        _,
        markers,
        default,
        string_encoder,
        indent,
        key_separator,
        item_separator,
        sort,
        skip,
        nan,
    ] = args
    else {
        return Err(th.type_error("make_encoder() takes nine arguments"));
    };
    if !markers.is_none() && markers.cast::<Dict>().is_none() {
        let name = th.type_name(markers);
        return Err(
            th.type_error(format!("make_encoder() argument 1 must be dict or None, not {name}"))
        );
    }
    let key_separator = th.str_argument(key_separator, "make_encoder() argument 5")?;
    let item_separator = th.str_argument(item_separator, "make_encoder() argument 6")?;
    let (sort, skip, nan) = (th.is_true(sort)?, th.is_true(skip)?, th.is_true(nan)?);
    let made = Encoder::allocate_as(
        th,
        shape,
        markers,
        default,
        string_encoder,
        indent,
        key_separator,
        item_separator,
        sort,
        skip,
        nan,
    )?;
    Ok(made.value())
}

/// How strings are written.
#[derive(Clone, Copy, PartialEq)]
enum Strings {
    /// By this module, in ASCII or not.
    Own { ascii: bool },
    /// By a Python function.
    Function(Value),
}

fn strings_of(encoder: Value) -> Strings {
    if let Some(native) = encoder.cast::<NativeFunction>() {
        let code = native.method.get().function as *const ();
        if code == encode_basestring_ascii as *const () {
            return Strings::Own { ascii: true };
        }
        if code == encode_basestring as *const () {
            return Strings::Own { ascii: false };
        }
    }
    Strings::Function(encoder)
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let encoder = th.receiver::<Encoder>(args[0])?;
    let level = usize::try_from(th.index_ssize(args[2])?).unwrap_or(0);
    let mut writer = Writer {
        encoder,
        strings: strings_of(encoder.string_encoder.get()),
        indent: encoder.indent.get().cast::<Str>(),
        open: Vec::new(),
        out: TextBuf::with_capacity(64),
    };
    writer.value(th, args[1], level)?;
    let text = th.new_text(writer.out)?;
    Ok(Tuple::from_slice(th, &[text.value()])?.value())
}

struct Writer {
    encoder: Ref<Encoder>,
    strings: Strings,
    indent: Option<Ref<Str>>,
    /// Addresses of the objects that are being written; these are kept alive by who writes them.
    open: Vec<u64>,
    out: TextBuf,
}

impl Writer {
    fn value(&mut self, th: &mut Thread, value: Value, level: usize) -> Result<(), Raised> {
        if value.is_none() {
            self.out.push_ascii(b"null");
        } else if value.is_bool() {
            self.out.push_ascii(if value.is_true() { b"true" } else { b"false" });
        } else if let Some(text) = value.cast::<Str>() {
            self.string(th, text)?;
        } else if int::is_int_like(value) {
            self.integer(th, value)?;
        } else if let Some(number) = float::as_f64(value) {
            self.real(th, number)?;
        } else if let Some(list) = value.cast::<List>() {
            th.check_native_stack()?;
            self.enter(th, value)?;
            self.list(th, list, level)?;
            self.open.pop();
        } else if let Some(tuple) = value.cast::<Tuple>() {
            th.check_native_stack()?;
            self.enter(th, value)?;
            self.tuple(th, tuple, level)?;
            self.open.pop();
        } else if let Some(dict) = value.cast::<Dict>() {
            th.check_native_stack()?;
            self.enter(th, value)?;
            self.dict(th, dict, level)?;
            self.open.pop();
        } else {
            th.check_native_stack()?;
            self.enter(th, value)?;
            let other = th.call(self.encoder.default.get(), &[value])?;
            if let Err(raised) = self.value(th, other, level) {
                let note = format!("when serializing {} object", qualified_name(th, value));
                return Err(noted(th, raised, &note));
            }
            self.open.pop();
        }
        Ok(())
    }

    /// Notices an object that contains itself.
    fn enter(&mut self, th: &Thread, value: Value) -> Result<(), Raised> {
        if !self.encoder.markers.get().is_none() && self.open.contains(&value.bits()) {
            return Err(th.value_error("Circular reference detected"));
        }
        self.open.push(value.bits());
        Ok(())
    }

    fn string(&mut self, th: &mut Thread, text: Ref<Str>) -> Result<(), Raised> {
        match self.strings {
            Strings::Own { ascii } => push_string(&mut self.out, text.text(), ascii),
            Strings::Function(function) => {
                let encoded = th.call(function, &[text.value()])?;
                let Some(encoded) = encoded.cast::<Str>() else {
                    let name = th.type_name(encoded);
                    return Err(
                        th.type_error(format!("encoder() must return a string, not {name}"))
                    );
                };
                self.out.push_text(encoded.text());
            }
        }
        Ok(())
    }

    fn integer(&mut self, th: &mut Thread, value: Value) -> Result<(), Raised> {
        match int::as_i64(value) {
            Some(small) => self.out.push_ascii(number::int_text(small, 10).as_bytes()),
            None => {
                let plain = int::plain(th, value)?;
                let text = th.str(plain)?;
                self.out.push_text(text.text());
            }
        }
        Ok(())
    }

    fn real(&mut self, th: &mut Thread, value: f64) -> Result<(), Raised> {
        if value.is_finite() {
            self.out.push_ascii(number::float_repr(value).as_bytes());
            return Ok(());
        }
        if !self.encoder.allow_nan.get() {
            return Err(th.value_error(format!(
                "Out of range float values are not JSON compliant: {}",
                number::float_repr(value)
            )));
        }
        let text: &[u8] = if value.is_nan() {
            b"NaN"
        } else if value > 0.0 {
            b"Infinity"
        } else {
            b"-Infinity"
        };
        self.out.push_ascii(text);
        Ok(())
    }

    fn new_line(&mut self, level: usize) {
        if let Some(indent) = self.indent {
            self.out.push(0x0A);
            for _ in 0..level {
                self.out.push_text(indent.text());
            }
        }
    }

    fn separator(&mut self, index: usize, level: usize) {
        if index > 0 {
            self.out.push_text(self.encoder.item_separator.get().text());
        }
        self.new_line(level + 1);
    }

    fn list(&mut self, th: &mut Thread, list: Ref<List>, level: usize) -> Result<(), Raised> {
        let mut index = 0;
        while let Some(item) = list.get(th, index)? {
            self.item(th, list.value(), item, index, level)?;
            index += 1;
        }
        self.end_items(index, level);
        Ok(())
    }

    fn tuple(&mut self, th: &mut Thread, tuple: Ref<Tuple>, level: usize) -> Result<(), Raised> {
        for (index, &item) in tuple.as_slice().iter().enumerate() {
            self.item(th, tuple.value(), item, index, level)?;
        }
        self.end_items(tuple.len(), level);
        Ok(())
    }

    fn item(
        &mut self,
        th: &mut Thread,
        of: Value,
        item: Value,
        index: usize,
        level: usize,
    ) -> Result<(), Raised> {
        if index == 0 {
            self.out.push(0x5B);
        }
        self.separator(index, level);
        if let Err(raised) = self.value(th, item, level + 1) {
            let note = format!("when serializing {} item {index}", qualified_name(th, of));
            return Err(noted(th, raised, &note));
        }
        th.poll()
    }

    fn end_items(&mut self, count: usize, level: usize) {
        if count == 0 {
            self.out.push_ascii(b"[]");
            return;
        }
        self.new_line(level);
        self.out.push(0x5D);
    }

    fn dict(&mut self, th: &mut Thread, dict: Ref<Dict>, level: usize) -> Result<(), Raised> {
        let plain = dict.value().cast_exact::<Dict>().is_some() && !self.encoder.sort_keys.get();
        if dict.len(th)? == 0 {
            self.out.push_ascii(b"{}");
            return Ok(());
        }
        self.out.push(0x7B);
        let mut written = 0;
        if plain {
            let mut position = 0;
            while let Some((key, value, next)) = dict.entry_from(th, position)? {
                position = next;
                written += usize::from(self.member(th, dict, key, value, written, level)?);
            }
        } else {
            let items = th.call_method(dict.value(), name!(th, "items"), &[])?;
            let items = if self.encoder.sort_keys.get() {
                th.sorted(items)?
            } else {
                List::from_iterable(th, items)?
            };
            let mut index = 0;
            while let Some(item) = items.get(th, index)? {
                index += 1;
                let Some(pair) = item.cast::<Tuple>().filter(|pair| pair.len() == 2) else {
                    return Err(th.value_error("items must return 2-tuples"));
                };
                written +=
                    usize::from(self.member(th, dict, pair.get(0), pair.get(1), written, level)?);
            }
        }
        if written > 0 {
            self.new_line(level);
        }
        self.out.push(0x7D);
        Ok(())
    }

    /// Writes a member, unless its key is one to be left out.
    fn member(
        &mut self,
        th: &mut Thread,
        dict: Ref<Dict>,
        key: Value,
        value: Value,
        written: usize,
        level: usize,
    ) -> Result<bool, Raised> {
        let text = if let Some(text) = key.cast::<Str>() {
            text
        } else if let Some(number) = float::as_f64(key) {
            let mut shown = Writer { out: TextBuf::new(), open: Vec::new(), ..*self };
            shown.real(th, number)?;
            th.new_text(shown.out)?
        } else if key.is_none() || key.is_bool() {
            th.intern(if key.is_none() {
                "null"
            } else if key.is_true() {
                "true"
            } else {
                "false"
            })?
        } else if int::is_int_like(key) {
            let plain = int::plain(th, key)?;
            th.str(plain)?
        } else if self.encoder.skip_keys.get() {
            return Ok(false);
        } else {
            let name = th.type_name(key);
            return Err(
                th.type_error(format!("keys must be str, int, float, bool or None, not {name}"))
            );
        };
        self.separator(written, level);
        self.string(th, text)?;
        self.out.push_text(self.encoder.key_separator.get().text());
        if let Err(raised) = self.value(th, value, level + 1) {
            let exception = (raised == Raised::Exception).then(|| th.take_exception());
            let Some(exception) = exception else { return Err(raised) };
            let key = th.repr(key)?.display();
            let note = format!("when serializing {} item {key}", qualified_name(th, dict.value()));
            let raised = th.raise_again(exception);
            return Err(noted(th, raised, &note));
        }
        th.poll()?;
        Ok(true)
    }
}

fn qualified_name(th: &Thread, value: Value) -> String {
    th.class_of(value).full_name(th)
}

/// Adds a note to an exception on its way.
#[cold]
fn noted(th: &mut Thread, raised: Raised, note: &str) -> Raised {
    if raised != Raised::Exception {
        return raised;
    }
    let exception = th.take_exception();
    let added = th
        .new_str(note)
        .and_then(|note| th.call_method(exception, name!(th, "add_note"), &[note.value()]));
    match added {
        Ok(_) => th.raise_again(exception),
        Err(raised) => raised,
    }
}
