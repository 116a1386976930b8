//! Writing.

use orochi_text::TextBuf;
use orochi_vm::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, getter, method};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::str::Str;

use super::dialect::{self, Dialect, Quoting, is_number};
use super::error;

heap_object! {
    /// A writer.
    pub immutable struct Writer: WRITER {
        values {
            /// The `write` method of the file.
            write: Value,
            /// How fields are to be written.
            dialect: Ref<Dialect>,
        }
        storage {}
        data {}
    }
}

/// `_csv.writer`
pub static WRITER: TypeSpec = TypeSpec {
    module: "_csv",
    doc: "CSV writer\n\nWriter objects are responsible for generating tabular data\nin CSV format from sequence input.",
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("writer", NativeLayout::of::<Writer>())
};

static METHODS: &[Method] = &[
    method(
        "writerow($self, row, /)",
        |th, args| row(th, args[0], args[1]),
        "Construct and write a CSV record from an iterable of fields.\n\nNon-string elements will be converted to string.",
    ),
    method(
        "writerows($self, rows, /)",
        writerows,
        "Construct and write a series of iterables to a csv file.\n\nNon-string elements will be converted to string.",
    ),
];

static GETSET: &[GetSet] =
    &[getter("dialect", |th, this| Ok(th.receiver::<Writer>(this)?.dialect.get().value()), "")];

pub(super) fn writer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dialect = dialect::make(th, args[1], args[2])?;
    let write = th.find_attribute(args[0], name!(th, "write"))?;
    let Some(write) = write.filter(|&write| th.is_callable(write)) else {
        return Err(th.type_error("argument 1 must have a \"write\" method"));
    };
    Ok(Writer::allocate(th, write, dialect)?.value())
}

fn writerows(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let rows = th.iterate(args[1])?;
    while let Some(fields) = th.next(rows)? {
        row(th, args[0], fields)?;
    }
    Ok(Value::NONE)
}

fn row(th: &mut Thread, this: Value, fields: Value) -> Result<Value, Raised> {
    let this = th.receiver::<Writer>(this)?;
    let dialect = this.dialect.get();
    let quoting = dialect.quoting.get();
    let fields = match th.iterate(fields) {
        Ok(fields) => fields,
        Err(raised) => {
            return match th.catch(raised, &classes::TYPE_ERROR) {
                Some(_) => {
                    let name = th.type_name(fields);
                    Err(error(th, &format!("iterable expected, not {name}")))
                }
                None => Err(raised),
            };
        }
    };
    let mut out = TextBuf::new();
    let (mut count, mut last_is_null) = (0usize, false);
    while let Some(field) = th.next(fields)? {
        let quoted = match quoting {
            Quoting::NonNumeric => !is_number(th, field),
            Quoting::All => true,
            Quoting::Strings => field.cast::<Str>().is_some(),
            Quoting::NotNull => !field.is_none(),
            Quoting::Minimal | Quoting::None => false,
        };
        last_is_null = field.is_none();
        let text = if let Some(text) = field.cast::<Str>() {
            text
        } else if field.is_none() {
            th.vm.empty_str.get()
        } else {
            th.str(field)?
        };
        if count > 0 {
            out.push(dialect.delimiter.get());
        }
        push_field(th, &mut out, dialect, text, quoted, last_is_null)?;
        count += 1;
        th.poll()?;
    }
    if count > 0 && out.is_empty() {
        let refuses = quoting == Quoting::None
            || last_is_null && matches!(quoting, Quoting::Strings | Quoting::NotNull);
        if refuses {
            return Err(error(th, "single empty field record must be quoted"));
        }
        let empty = th.vm.empty_str.get();
        push_field(th, &mut out, dialect, empty, true, false)?;
    }
    out.push_text(dialect.line_terminator.get().text());
    let line = th.new_text(out)?;
    th.call(this.write.get(), &[line.value()])
}

fn push_field(
    th: &mut Thread,
    out: &mut TextBuf,
    dialect: Ref<Dialect>,
    field: Ref<Str>,
    mut quoted: bool,
    null: bool,
) -> Result<(), Raised> {
    let quoting = dialect.quoting.get();
    let (delimiter, quote, escape) =
        (dialect.delimiter.get(), dialect.quote.get(), dialect.escape.get());
    if field.is_empty() && delimiter == 0x20 && dialect.skip_initial_space.get() {
        let refuses = quoting == Quoting::None
            || null && matches!(quoting, Quoting::Strings | Quoting::NotNull);
        if refuses {
            return Err(error(
                th,
                "empty field must be quoted if delimiter is a space and skipinitialspace is true",
            ));
        }
        quoted = true;
    }
    let terminator = dialect.line_terminator.get();
    let mut body = TextBuf::with_kind(field.text().kind(), field.len() + 2);
    for code in field.text().codes() {
        let special = code == delimiter
            || Some(code) == escape
            || Some(code) == quote
            || matches!(code, 0x0A | 0x0D)
            || terminator.text().codes().any(|other| other == code);
        if special {
            let escapes = if quoting == Quoting::None {
                true
            } else if Some(code) == quote {
                if dialect.double_quote.get() {
                    body.push(code);
                }
                !dialect.double_quote.get()
            } else {
                Some(code) == escape
            };
            if escapes {
                match escape {
                    Some(escape) => body.push(escape),
                    None => return Err(error(th, "need to escape, but no escapechar set")),
                }
            } else {
                quoted = true;
            }
        }
        body.push(code);
    }
    match quote {
        Some(quote) if quoted => {
            out.push(quote);
            out.push_text(body.as_text());
            out.push(quote);
        }
        _ => out.push_text(body.as_text()),
    }
    Ok(())
}
