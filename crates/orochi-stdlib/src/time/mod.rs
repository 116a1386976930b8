//! `time`.
//!
//! [`clock`] reads the system's clocks and sleeps, [`calendar`] has calendar times, [`moment`] the
//! conversion of Python's numbers.

mod calendar;
mod clock;
pub(crate) mod moment;

use libc::{
    CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_REALTIME, CLOCK_THREAD_CPUTIME_ID,
};
use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::module::Module;
use orochi_vm::types::tuple::Tuple;

use crate::argument::decode_system;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides various functions to manipulate time values.\n\n\
          There are two standard representations of time.  One is the number\n\
          of seconds since the Epoch, in UTC (a.k.a. GMT).  It may be an integer\n\
          or a floating-point number (to represent fractions of seconds).\n\
          The epoch is the point where the time starts, the return value of time.gmtime(0).\n\
          It is January 1, 1970, 00:00:00 (UTC) on all platforms.\n\n\
          The other representation is a tuple of 9 integers giving local time.",
    functions: FUNCTIONS,
    execute: Some(execute),
    ..ModuleSpec::named("time")
};

static FUNCTIONS: &[Method] = &[
    function("time()", |th, _| clock::seconds(th, CLOCK_REALTIME), "Return the current time in seconds since the Epoch.\n\nFractions of a second may be present if the system clock provides them."),
    function("time_ns()", |th, _| clock::whole(th, CLOCK_REALTIME), "Return the current time in nanoseconds since the Epoch."),
    function("clock_gettime(clk_id, /)", clock::clock_gettime, "Return the time of the specified clock clk_id as a float."),
    function("clock_gettime_ns(clk_id, /)", clock::clock_gettime_ns, "Return the time of the specified clock clk_id as nanoseconds (int)."),
    function("clock_settime(clk_id, time, /)", clock::clock_settime, "Set the time of the specified clock clk_id."),
    function("clock_settime_ns(clk_id, time, /)", clock::clock_settime_ns, "Set the time of the specified clock clk_id with nanoseconds."),
    function("clock_getres(clk_id, /)", clock::clock_getres, "Return the resolution (precision) of the specified clock clk_id."),
    function("pthread_getcpuclockid(thread_id, /)", clock::pthread_getcpuclockid, "Return the clk_id of a thread's CPU time clock."),
    function("sleep(seconds, /)", clock::sleep, "Delay execution for a given number of seconds.\n\nThe argument may be a floating-point number for subsecond precision."),
    function("gmtime(seconds=None, /)", calendar::gmtime, "Convert seconds since the Epoch to a time tuple expressing UTC (a.k.a.\nGMT).  When 'seconds' is not passed in, convert the current time instead.\n\nIf the platform supports the tm_gmtoff and tm_zone, they are available as\nattributes only."),
    function("localtime(seconds=None, /)", calendar::localtime, "Convert seconds since the Epoch to a time tuple expressing local time.\nWhen 'seconds' is not passed in, convert the current time instead."),
    function("asctime(tuple=<unrepresentable>, /)", calendar::asctime, "Convert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.\nWhen the time tuple is not present, current time as returned by localtime()\nis used."),
    function("ctime(seconds=None, /)", calendar::ctime, "Convert a time in seconds since the Epoch to a string in local time.\nThis is equivalent to asctime(localtime(seconds)). When the time tuple is\nnot present, current time as returned by localtime() is used."),
    function("mktime(tuple, /)", calendar::mktime, "Convert a time tuple in local time to seconds since the Epoch.\nNote that mktime(gmtime(0)) will not generally return zero for most\ntime zones; instead the returned value will either be equal to that\nof the timezone or altzone attributes on the time module."),
    function("strftime(format, tuple=<unrepresentable>, /)", calendar::strftime, "Convert a time tuple to a string according to a format specification.\nSee the library reference manual for formatting codes. When the time tuple\nis not present, current time as returned by localtime() is used."),
    function("strptime(string, format=<unrepresentable>, /)", calendar::strptime, "Parse a string to a time tuple according to a format specification.\nSee the library reference manual for formatting codes (same as\nstrftime())."),
    function("tzset($module)", tzset, "Initialize, or reinitialize, the local timezone to the value stored in\nos.environ['TZ']. The TZ environment variable should be specified in\nstandard Unix timezone format as documented in the tzset man page\n(eg. 'US/Eastern', 'Europe/Amsterdam'). Unknown timezones will silently\nfall back to UTC. If the TZ environment variable is not set, the local\ntimezone is set to the systems best guess of wallclock time.\nChanging the TZ environment variable without calling tzset *may* change\nthe local timezone used by methods such as localtime, but this behaviour\nshould not be relied on."),
    function("monotonic()", |th, _| clock::seconds(th, CLOCK_MONOTONIC), "Monotonic clock, cannot go backward."),
    function("monotonic_ns()", |th, _| clock::whole(th, CLOCK_MONOTONIC), "Monotonic clock, cannot go backward, as nanoseconds."),
    function("process_time()", |th, _| clock::seconds(th, CLOCK_PROCESS_CPUTIME_ID), "Process time for profiling: sum of the kernel and user-space CPU time."),
    function("process_time_ns()", |th, _| clock::whole(th, CLOCK_PROCESS_CPUTIME_ID), "Process time for profiling as nanoseconds:\nsum of the kernel and user-space CPU time."),
    function("thread_time()", |th, _| clock::seconds(th, CLOCK_THREAD_CPUTIME_ID), "Thread time for profiling: sum of the kernel and user-space CPU time."),
    function("thread_time_ns()", |th, _| clock::whole(th, CLOCK_THREAD_CPUTIME_ID), "Thread time for profiling as nanoseconds:\nsum of the kernel and user-space CPU time."),
    function("perf_counter()", |th, _| clock::seconds(th, CLOCK_MONOTONIC), "Performance counter for benchmarking."),
    function("perf_counter_ns()", |th, _| clock::whole(th, CLOCK_MONOTONIC), "Performance counter for benchmarking as nanoseconds."),
    function("get_clock_info(name, /)", clock::get_clock_info, "Get information of the specified clock."),
];

// SAFETY: declared as in C's <time.h>.
unsafe extern "C" {
    #[link_name = "tzset"]
    fn c_tzset();
}

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let dict = module.dict();
    for (name, number) in [
        ("CLOCK_REALTIME", CLOCK_REALTIME),
        ("CLOCK_MONOTONIC", CLOCK_MONOTONIC),
        ("CLOCK_MONOTONIC_RAW", libc::CLOCK_MONOTONIC_RAW),
        ("CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID),
        ("CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID),
        ("CLOCK_BOOTTIME", libc::CLOCK_BOOTTIME),
        ("CLOCK_TAI", libc::CLOCK_TAI),
        ("_STRUCT_TM_ITEMS", 11),
    ] {
        let name = th.intern(name)?;
        dict.set_str(th, name, Value::from_i32(number))?;
    }
    let class = calendar::STRUCT_TIME.class(th)?;
    let name = th.intern("struct_time")?;
    dict.set_str(th, name, class.value())?;
    set_zone(th, dict)
}

fn tzset(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let module = th.receiver::<Module>(args[0])?;
    // SAFETY: reads the environment, as all of the C library's time functions do.
    unsafe { c_tzset() };
    set_zone(th, module.dict())?;
    Ok(Value::NONE)
}

/// Sets `timezone`, `altzone`, `daylight` and `tzname` by looking at winter and summer.
fn set_zone(th: &mut Thread, dict: Ref<Dict>) -> Result<(), Raised> {
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    let now = moment::whole_seconds(th, Value::NONE)? / YEAR * YEAR;
    let at = |seconds| match calendar::local(seconds) {
        Ok(time) => (calendar::zone(&time), -time.tm_gmtoff),
        Err(_) => (b"UTC".to_vec(), 0),
    };
    let (january, july) = (at(now), at(now + YEAR / 2));
    // Where summer is in January, the offsets are the other way round.
    let (standard, summer) = if january.1 < july.1 { (july, january) } else { (january, july) };
    let names = [decode_system(th, &standard.0)?.value(), decode_system(th, &summer.0)?.value()];
    let names = Tuple::from_slice(th, &names)?.value();
    for (name, value) in [
        ("timezone", Value::int_unchecked(standard.1)),
        ("altzone", Value::int_unchecked(summer.1)),
        ("daylight", Value::from_i32(i32::from(standard.1 != summer.1))),
        ("tzname", names),
    ] {
        let name = th.intern(name)?;
        dict.set_str(th, name, value)?;
    }
    Ok(())
}
