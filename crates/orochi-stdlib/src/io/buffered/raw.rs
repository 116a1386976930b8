//! What a buffered stream asks of its raw stream.
//!
//! A plain `FileIO` is not asked by calling methods: its descriptor is used directly, in private
//! memory. The callers hold the stream's lock.

use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::bytearray::ByteArray;

use super::super::file;
use super::object::{Buffered, raw_of, with};
use crate::posix::blocking::run;
use crate::system::file as calls;

fn plain(th: &mut Thread, raw: Value) -> Result<Option<i32>, Raised> {
    file::plain_descriptor(th, raw)
}

/// Whether the raw stream is closed.
pub(super) fn is_closed(th: &mut Thread, raw: Value) -> Result<bool, Raised> {
    if plain(th, raw)?.is_some() {
        return Ok(false);
    }
    super::super::base::is_closed(th, raw)
}

/// Raises `ValueError(message)` if the raw stream is closed; the raw stream.
pub(super) fn check_open(
    th: &mut Thread,
    stream: Ref<Buffered>,
    message: &str,
) -> Result<Value, Raised> {
    let raw = raw_of(th, stream)?;
    if is_closed(th, raw)? { Err(th.value_error(message)) } else { Ok(raw) }
}

/// Appends up to `count` bytes of the raw stream to `out`. `None` if it would have to wait.
pub(super) fn read(
    th: &mut Thread,
    stream: Ref<Buffered>,
    count: usize,
    out: &mut Vec<u8>,
) -> Result<Option<usize>, Raised> {
    let raw = raw_of(th, stream)?;
    let got = match plain(th, raw)? {
        Some(fd) => {
            file::unless_blocked(th, || calls::read_append(fd, out, count.min(0x7FFF_F000)))?
        }
        None => read_object(th, raw, count, out)?,
    };
    if let Some(got) = got {
        moved(th, stream, got as i64)?;
    }
    Ok(got)
}

fn read_object(
    th: &mut Thread,
    raw: Value,
    count: usize,
    out: &mut Vec<u8>,
) -> Result<Option<usize>, Raised> {
    let target = ByteArray::from_slice(th, &vec![0; count])?;
    let got = th.call_method(raw, name!(th, "readinto"), &[target.value()])?;
    if got.is_none() {
        return Ok(None);
    }
    let got = match th.index_or_none(got)? {
        Some(_) => th.index_ssize(got)?,
        None => {
            let kind = th.type_name(got);
            let _ = th.type_error(format!("'{kind}' object cannot be interpreted as an integer"));
            let cause = th.take_exception();
            let _ = th.raise_message(&classes::OS_ERROR, "raw readinto() failed");
            let error = th.take_exception();
            th.set_attribute(error, name!(th, "__cause__"), cause)?;
            return Err(th.raise_again(error));
        }
    };
    if !(0..=count as i64).contains(&got) {
        return Err(th.raise_message(
            &classes::OS_ERROR,
            &format!(
                "raw readinto() returned invalid length {got} (should have been between 0 and {count})"
            ),
        ));
    }
    let guard = th.read(target)?;
    let bytes = guard.as_slice();
    out.extend_from_slice(&bytes[..(got as usize).min(bytes.len())]);
    Ok(Some(got as usize))
}

/// Writes bytes to the raw stream; how many it took, or `None` if it would have to wait.
pub(super) fn write(
    th: &mut Thread,
    stream: Ref<Buffered>,
    bytes: &[u8],
) -> Result<Option<usize>, Raised> {
    let raw = raw_of(th, stream)?;
    let taken = match plain(th, raw)? {
        Some(fd) => {
            let bytes = bytes.get(..0x7FFF_F000).unwrap_or(bytes);
            file::unless_blocked(th, || calls::write(fd, bytes))?
        }
        None => write_object(th, raw, bytes)?,
    };
    if let Some(taken) = taken {
        moved(th, stream, taken as i64)?;
    }
    Ok(taken)
}

fn write_object(th: &mut Thread, raw: Value, bytes: &[u8]) -> Result<Option<usize>, Raised> {
    let object = th.new_bytes(bytes)?.value();
    let taken = th.call_method(raw, name!(th, "write"), &[object])?;
    if taken.is_none() {
        return Ok(None);
    }
    let taken = th.index_ssize(taken)?;
    match usize::try_from(taken) {
        Ok(taken) if taken <= bytes.len() => Ok(Some(taken)),
        _ => Err(th.raise_message(
            &classes::OS_ERROR,
            &format!(
                "raw write() returned invalid length {taken} (should have been between 0 and {})",
                bytes.len()
            ),
        )),
    }
}

/// The raw stream has moved.
fn moved(th: &mut Thread, stream: Ref<Buffered>, by: i64) -> Result<(), Raised> {
    with(th, stream, |buffer| buffer.place = buffer.place.map(|place| place + by))
}

fn position(th: &mut Thread, value: Value) -> Result<i64, Raised> {
    let place = th.index_ssize(value)?;
    if place < 0 {
        return Err(th.raise_message(
            &classes::OS_ERROR,
            &format!("Raw stream returned invalid position {place}"),
        ));
    }
    Ok(place)
}

/// Asks where the raw stream is.
pub(super) fn tell(th: &mut Thread, stream: Ref<Buffered>) -> Result<i64, Raised> {
    let raw = raw_of(th, stream)?;
    let place = match plain(th, raw)? {
        Some(fd) => run(th, || calls::lseek(fd, 0, libc::SEEK_CUR))?,
        None => {
            let place = th.call_method(raw, name!(th, "tell"), &[])?;
            position(th, place)?
        }
    };
    with(th, stream, |buffer| buffer.place = Some(place))?;
    Ok(place)
}

/// Where the raw stream is.
pub(super) fn place(th: &mut Thread, stream: Ref<Buffered>) -> Result<i64, Raised> {
    match with(th, stream, |buffer| buffer.place)? {
        Some(place) => Ok(place),
        None => tell(th, stream),
    }
}

/// Moves the raw stream; its new position.
pub(super) fn seek(
    th: &mut Thread,
    stream: Ref<Buffered>,
    target: i64,
    whence: i32,
) -> Result<i64, Raised> {
    let raw = raw_of(th, stream)?;
    let place = match plain(th, raw)? {
        Some(fd) => run(th, || calls::lseek(fd, target, whence))?,
        None => {
            let target = th.int_from_i64(target)?;
            let place =
                th.call_method(raw, name!(th, "seek"), &[target, Value::from_i32(whence)])?;
            position(th, place)?
        }
    };
    with(th, stream, |buffer| buffer.place = Some(place))?;
    Ok(place)
}
