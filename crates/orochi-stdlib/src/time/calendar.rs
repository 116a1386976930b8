//! Calendar times: `struct_time`, and the C library's conversions.

use std::ffi::{CStr, CString};

use libc::tm;
use orochi_text::Text;
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::int;
use orochi_vm::types::str::Str;
use orochi_vm::types::structseq::{StructSequence, field};
use orochi_vm::types::tuple::Tuple;

use super::moment::whole_seconds;
use crate::argument::{decode_system, encode_system};

/// `time.struct_time`
pub(super) static STRUCT_TIME: StructSequence = StructSequence::new(
    "time",
    "struct_time",
    "The time value as returned by gmtime(), localtime(), and strptime(), and\n\
     accepted by asctime(), mktime() and strftime().  May be considered as a\n\
     sequence of 9 integers.\n\n\
     Note that several fields' values are not the same as those defined by\n\
     the C language standard for struct tm.  For example, the value of the\n\
     field tm_year is the actual year, not year - 1900.  See individual\n\
     fields' descriptions for details.",
    &[
        field("tm_year", "year, for example, 1993"),
        field("tm_mon", "month of year, range [1, 12]"),
        field("tm_mday", "day of month, range [1, 31]"),
        field("tm_hour", "hours, range [0, 23]"),
        field("tm_min", "minutes, range [0, 59]"),
        field("tm_sec", "seconds, range [0, 61])"),
        field("tm_wday", "day of week, range [0, 6], Monday is 0"),
        field("tm_yday", "day of year, range [1, 366]"),
        field("tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"),
        field("tm_zone", "abbreviation of timezone name"),
        field("tm_gmtoff", "offset from UTC in seconds"),
    ],
    9,
);

/// A structure of zeros.
fn empty() -> tm {
    // SAFETY: a structure of integers and one pointer, for all of which zero is a value.
    unsafe { std::mem::zeroed() }
}

/// The local time at a moment.
pub(super) fn local(seconds: i64) -> Result<tm, i32> {
    let mut out = empty();
    // SAFETY: writes to the given structure; its zone name lives as long as the process.
    let done = unsafe { libc::localtime_r(&raw const seconds, &raw mut out) };
    if done.is_null() {
        Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL))
    } else {
        Ok(out)
    }
}

fn utc(seconds: i64) -> Result<tm, i32> {
    let mut out = empty();
    // SAFETY: as above.
    let done = unsafe { libc::gmtime_r(&raw const seconds, &raw mut out) };
    if done.is_null() {
        Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL))
    } else {
        Ok(out)
    }
}

/// The abbreviation of the zone.
pub(super) fn zone(time: &tm) -> Vec<u8> {
    if time.tm_zone.is_null() {
        return Vec::new();
    }
    // SAFETY: a C string of the library's tables, made by the functions above.
    unsafe { CStr::from_ptr(time.tm_zone) }.to_bytes().to_vec()
}

/// As a `struct_time`.
fn struct_time(th: &mut Thread, time: &tm) -> Result<Value, Raised> {
    let zone = decode_system(th, &zone(time))?.value();
    let int = |n: i64| Value::int_unchecked(n);
    let values = [
        int(i64::from(time.tm_year) + 1900),
        int(i64::from(time.tm_mon) + 1),
        int(i64::from(time.tm_mday)),
        int(i64::from(time.tm_hour)),
        int(i64::from(time.tm_min)),
        int(i64::from(time.tm_sec)),
        int(i64::from((time.tm_wday + 6) % 7)),
        int(i64::from(time.tm_yday) + 1),
        int(i64::from(time.tm_isdst)),
        zone,
        int(time.tm_gmtoff),
    ];
    STRUCT_TIME.make(th, &values)
}

pub(super) fn gmtime(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let seconds = whole_seconds(th, args[0])?;
    let time = utc(seconds).map_err(|errno| time_error(th, errno))?;
    struct_time(th, &time)
}

pub(super) fn localtime(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let seconds = whole_seconds(th, args[0])?;
    let time = local(seconds).map_err(|errno| time_error(th, errno))?;
    struct_time(th, &time)
}

fn time_error(th: &Thread, errno: i32) -> Raised {
    if errno == libc::EOVERFLOW {
        th.overflow_error("timestamp out of range for platform time_t")
    } else {
        th.os_error(errno)
    }
}

/// The nine numbers of a tuple as C has them; `_zone` keeps the zone's name alive.
struct Given {
    time: tm,
    _zone: Option<CString>,
}

fn given(th: &mut Thread, value: Value, function: &str) -> Result<Given, Raised> {
    let Some(tuple) = value.cast::<Tuple>() else {
        return Err(th.type_error("Tuple or struct_time argument required"));
    };
    if tuple.len() != 9 {
        return Err(th.type_error(format!("{function}(): illegal time tuple argument")));
    }
    let mut numbers = [0i32; 9];
    for (at, number) in numbers.iter_mut().enumerate() {
        *number = crate::argument::c_int(th, tuple.get(at))?;
    }
    let [year, month, day, hour, minute, second, weekday, yearday, dst] = numbers;
    let Some(year) = year.checked_sub(1900) else {
        return Err(th.overflow_error("year out of range"));
    };
    let mut time = empty();
    time.tm_year = year;
    time.tm_mon = month.wrapping_sub(1);
    time.tm_mday = day;
    time.tm_hour = hour;
    time.tm_min = minute;
    time.tm_sec = second;
    time.tm_wday = weekday.wrapping_add(1) % 7;
    time.tm_yday = yearday.wrapping_sub(1);
    time.tm_isdst = dst;
    let mut kept = None;
    if th.class_of(value) == STRUCT_TIME.class(th)? {
        let offset = th.get_attribute(value, name!(th, "tm_gmtoff"))?;
        time.tm_gmtoff = int::as_i64(offset).unwrap_or(0);
        let zone = th.get_attribute(value, name!(th, "tm_zone"))?;
        if let Some(zone) = zone.cast::<Str>() {
            kept = CString::new(encode_system(th, zone)?).ok();
            time.tm_zone = kept.as_ref().map_or(std::ptr::null(), |zone| zone.as_ptr());
        }
    }
    Ok(Given { time, _zone: kept })
}

/// Checks the ranges of what is printed; zeros for month, day and day of the year count as ones.
fn check(th: &Thread, time: &mut tm) -> Result<(), Raised> {
    if time.tm_mon == -1 {
        time.tm_mon = 0;
    }
    if time.tm_mday == 0 {
        time.tm_mday = 1;
    }
    if time.tm_yday == -1 {
        time.tm_yday = 0;
    }
    for (number, range, what) in [
        (time.tm_mon, 0..=11, "month"),
        (time.tm_mday, 1..=31, "day of month"),
        (time.tm_hour, 0..=23, "hour"),
        (time.tm_min, 0..=59, "minute"),
        (time.tm_sec, 0..=61, "seconds"),
        (time.tm_wday, 0..=6, "day of week"),
        (time.tm_yday, 0..=365, "day of year"),
    ] {
        if !range.contains(&number) {
            return Err(th.value_error(format!("{what} out of range")));
        }
    }
    Ok(())
}

/// The given time, or the local time now.
fn given_or_now(th: &mut Thread, value: Value, function: &str) -> Result<Given, Raised> {
    let mut given = if value.is_unbound() {
        let seconds = whole_seconds(th, Value::NONE)?;
        Given { time: local(seconds).map_err(|errno| time_error(th, errno))?, _zone: None }
    } else {
        given(th, value, function)?
    };
    check(th, &mut given.time)?;
    Ok(given)
}

fn shown(th: &Thread, time: &tm) -> Result<Ref<Str>, Raised> {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = format!(
        "{} {} {:2} {:02}:{:02}:{:02} {}",
        DAYS[time.tm_wday as usize % 7],
        MONTHS[time.tm_mon as usize % 12],
        time.tm_mday,
        time.tm_hour,
        time.tm_min,
        time.tm_sec,
        i64::from(time.tm_year) + 1900
    );
    Str::from_text(th, Text::One(text.as_bytes()))
}

pub(super) fn asctime(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = given_or_now(th, args[0], "asctime")?;
    Ok(shown(th, &given.time)?.value())
}

pub(super) fn ctime(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let seconds = whole_seconds(th, args[0])?;
    let time = local(seconds).map_err(|errno| time_error(th, errno))?;
    Ok(shown(th, &time)?.value())
}

pub(super) fn mktime(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut given = given(th, args[0], "mktime")?;
    // The library sets the day of the week if it succeeds, whatever the result.
    given.time.tm_wday = -1;
    // SAFETY: reads and normalises the given structure.
    let seconds = unsafe { libc::mktime(&raw mut given.time) };
    if seconds == -1 && given.time.tm_wday == -1 {
        return Err(th.overflow_error("mktime argument out of range"));
    }
    Ok(Value::from_f64(seconds as f64))
}

/// The most bytes that a directive can become, twice over.
const LONGEST_DIRECTIVE: usize = 256;

pub(super) fn strftime(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(format) = args[0].cast::<Str>() else {
        let class = th.type_name(args[0]);
        return Err(th.type_error(format!("strftime() argument 1 must be str, not {class}")));
    };
    let given = given_or_now(th, args[1], "strftime")?;
    let mut time = given.time;
    time.tm_isdst = time.tm_isdst.clamp(-1, 1);
    let format = encode_system(th, format)?;
    let mut out = Vec::new();
    // Zeros in the format end a string for C; pieces between them are made apart.
    for (at, piece) in format.split(|&byte| byte == 0).enumerate() {
        if at > 0 {
            out.push(0);
        }
        append(&mut out, piece, &time);
    }
    Ok(decode_system(th, &out)?.value())
}

/// Appends what the C library makes of a piece without zeros.
fn append(out: &mut Vec<u8>, piece: &[u8], time: &tm) {
    let Ok(format) = CString::new(piece) else { return };
    let mut room = 1024.max(piece.len());
    while !piece.is_empty() {
        let mut buffer = vec![0u8; room];
        // SAFETY: the buffer has the given size; format and zone are C strings that are alive.
        let length = unsafe {
            libc::strftime(
                buffer.as_mut_ptr().cast(),
                room,
                format.as_ptr(),
                std::ptr::from_ref(time),
            )
        };
        // Nothing may also mean that the text is empty, so there is an end to trying.
        if length > 0 || room >= LONGEST_DIRECTIVE * piece.len().max(4) {
            out.extend_from_slice(&buffer[..length]);
            return;
        }
        room *= 2;
    }
}

pub(super) fn strptime(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let module = th.import_module("_strptime")?;
    let parse = th.get_attribute(module, name!(th, "_strptime_time"))?;
    let given = if args[1].is_unbound() { &args[..1] } else { args };
    th.call(parse, given)
}
