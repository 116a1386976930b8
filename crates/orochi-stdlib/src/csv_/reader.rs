//! Reading: a machine of nine states takes the characters of lines apart into fields.

use orochi_text::{TextBuf, number};
use orochi_vm::class::{GetSet, NativeLayout, TypeFlags, TypeSpec, getter};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;

use super::dialect::{self, Dialect, Quoting};
use super::{error, field_limit};

heap_object! {
    /// A reader.
    pub struct Reader: READER {
        values {
            /// What gives the lines.
            lines: Value,
            /// How they are to be read.
            dialect: Ref<Dialect>,
        }
        storage {}
        data {
            /// Lines read so far.
            count: u64,
        }
    }
}

/// `_csv.reader`
pub static READER: TypeSpec = TypeSpec {
    module: "_csv",
    doc: "CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format.",
    flags: TypeFlags::NO_NEW,
    getset: GETSET,
    next: Some(next),
    ..TypeSpec::named("reader", NativeLayout::of::<Reader>())
};

static GETSET: &[GetSet] = &[
    getter(
        "dialect",
        |th, this| {
            let this = th.receiver::<Reader>(this)?;
            Ok(th.read(this)?.dialect.get().value())
        },
        "",
    ),
    getter(
        "line_num",
        |th, this| {
            let this = th.receiver::<Reader>(this)?;
            let count = th.read(this)?.count.get();
            th.int_from_u64(count)
        },
        "",
    ),
];

pub(super) fn reader(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lines = th.iterate(args[0])?;
    let dialect = dialect::make(th, args[1], args[2])?;
    Ok(Reader::allocate(th, lines, dialect, 0)?.value())
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    StartRecord,
    StartField,
    Escaped,
    InField,
    InQuoted,
    EscapedInQuoted,
    QuoteInQuoted,
    EatLineEnd,
    AfterEscapedLineEnd,
}

/// The end of a line, as a character.
const END: u32 = u32::MAX;

struct Record {
    dialect: Ref<Dialect>,
    state: State,
    field: TextBuf,
    unquoted: bool,
    fields: RootVec,
    limit: i64,
}

fn next(th: &mut Thread, this: Value) -> Result<Option<Value>, Raised> {
    let this = th.receiver::<Reader>(this)?;
    let (lines, dialect) = {
        let state = th.read(this)?;
        (state.lines.get(), state.dialect.get())
    };
    let mut record = Record {
        dialect,
        state: State::StartRecord,
        field: TextBuf::new(),
        unquoted: false,
        fields: RootVec::new(),
        limit: field_limit(),
    };
    loop {
        let Some(line) = th.next(lines)? else {
            if record.field.is_empty() && record.state != State::InQuoted {
                return Ok(None);
            }
            if dialect.strict.get() {
                return Err(error(th, "unexpected end of data"));
            }
            record.save(th)?;
            break;
        };
        let Some(line) = line.cast::<Str>() else {
            let name = th.type_name(line);
            return Err(error(
                th,
                &format!(
                    "iterator should return strings, not {name} (the file should be opened in text mode)"
                ),
            ));
        };
        {
            let state = th.write(this)?;
            state.count.set(state.token(), state.count.get() + 1);
        }
        for code in line.text().codes() {
            record.take(th, code)?;
        }
        record.take(th, END)?;
        th.poll()?;
        if record.state == State::StartRecord {
            break;
        }
    }
    Ok(Some(List::from_slice(th, &record.fields)?.value()))
}

fn ends_line(code: u32) -> bool {
    matches!(code, 0x0A | 0x0D | END)
}

impl Record {
    fn add(&mut self, th: &Thread, code: u32) -> Result<(), Raised> {
        if self.field.len() as i64 >= self.limit {
            return Err(error(th, &format!("field larger than field limit ({})", self.limit)));
        }
        self.field.push(code);
        Ok(())
    }

    /// The field is complete.
    fn save(&mut self, th: &mut Thread) -> Result<(), Raised> {
        let quoting = self.dialect.quoting.get();
        let text = std::mem::take(&mut self.field);
        let value = if self.unquoted
            && text.is_empty()
            && matches!(quoting, Quoting::NotNull | Quoting::Strings)
        {
            Value::NONE
        } else if self.unquoted
            && !text.is_empty()
            && matches!(quoting, Quoting::NonNumeric | Quoting::Strings)
        {
            match number::parse_float(text.as_text()) {
                Ok(number) => Value::from_f64(number),
                Err(error) => return Err(th.text_error(error)),
            }
        } else {
            th.new_text(text)?.value()
        };
        self.fields.push(value);
        Ok(())
    }

    /// The field is complete, and so is the line if `code` says so.
    fn save_at(&mut self, th: &mut Thread, code: u32) -> Result<(), Raised> {
        self.save(th)?;
        self.state = match code {
            END => State::StartRecord,
            0x0A | 0x0D => State::EatLineEnd,
            _ => State::StartField,
        };
        Ok(())
    }

    fn take(&mut self, th: &mut Thread, code: u32) -> Result<(), Raised> {
        let dialect = self.dialect;
        let (delimiter, quote, escape) =
            (dialect.delimiter.get(), dialect.quote.get(), dialect.escape.get());
        let quotes = dialect.quoting.get() != Quoting::None;
        match self.state {
            State::StartRecord if code == END => {}
            State::StartRecord if ends_line(code) => self.state = State::EatLineEnd,
            State::StartRecord | State::StartField => {
                self.unquoted = true;
                self.state = State::StartField;
                // A space that is skipped is no delimiter either.
                let skipped = code == 0x20 && dialect.skip_initial_space.get();
                if ends_line(code) || (code == delimiter && !skipped) {
                    self.save_at(th, code)?;
                } else if quotes && Some(code) == quote {
                    self.unquoted = false;
                    self.state = State::InQuoted;
                } else if Some(code) == escape {
                    self.state = State::Escaped;
                } else if !skipped {
                    self.add(th, code)?;
                    self.state = State::InField;
                }
            }
            State::Escaped if matches!(code, 0x0A | 0x0D) => {
                self.add(th, code)?;
                self.state = State::AfterEscapedLineEnd;
            }
            State::Escaped => {
                self.add(th, if code == END { 0x0A } else { code })?;
                self.state = State::InField;
            }
            State::AfterEscapedLineEnd if code == END => {}
            State::AfterEscapedLineEnd | State::InField => {
                if ends_line(code) || code == delimiter {
                    self.save_at(th, code)?;
                } else if Some(code) == escape {
                    self.state = State::Escaped;
                } else {
                    self.add(th, code)?;
                    self.state = State::InField;
                }
            }
            State::InQuoted if code == END => {}
            State::InQuoted => {
                if Some(code) == escape {
                    self.state = State::EscapedInQuoted;
                } else if quotes && Some(code) == quote {
                    self.state = if dialect.double_quote.get() {
                        State::QuoteInQuoted
                    } else {
                        State::InField
                    };
                } else {
                    self.add(th, code)?;
                }
            }
            State::EscapedInQuoted => {
                self.add(th, if code == END { 0x0A } else { code })?;
                self.state = State::InQuoted;
            }
            State::QuoteInQuoted => {
                if quotes && Some(code) == quote {
                    self.add(th, code)?;
                    self.state = State::InQuoted;
                } else if ends_line(code) || code == delimiter {
                    self.save_at(th, code)?;
                } else if !dialect.strict.get() {
                    self.add(th, code)?;
                    self.state = State::InField;
                } else {
                    let shown = |code: u32| char::from_u32(code).unwrap_or('\u{FFFD}');
                    let (after, wanted) = (quote.map_or(' ', shown), shown(delimiter));
                    return Err(error(th, &format!("'{wanted}' expected after '{after}'")));
                }
            }
            State::EatLineEnd if code == END => self.state = State::StartRecord,
            State::EatLineEnd if ends_line(code) => {}
            State::EatLineEnd => {
                return Err(error(
                    th,
                    "new-line character seen in unquoted field - do you need to open the file with newline=''?",
                ));
            }
        }
        Ok(())
    }
}
