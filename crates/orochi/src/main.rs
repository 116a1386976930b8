//! The `orochi` command.
//!
//! Reads the command line, makes the runtime, brings the library up and runs the program; what
//! Python can do about that is done by `Lib/_orochi_start.py`.

mod allocator;
mod command_line;

use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};

use command_line::{HELP, Request};
use orochi_stdlib::start::{self, Program, Status};
use orochi_vm::vm::Settings;

#[global_allocator]
static ALLOCATOR: allocator::Bounded = allocator::Bounded;

/// Which of the descriptors 0 to 2 the process was started without: a bit each.
static MISSING: AtomicU8 = AtomicU8::new(0);

/// Before Rust's own start-up, which allocates and opens `/dev/null` in place of what is missing.
extern "C" fn before_start() {
    allocator::prepare();
    note_missing();
}

fn note_missing() {
    for descriptor in 0..3 {
        // SAFETY: asks for the flags of a descriptor, which need not be open.
        if unsafe { libc::fcntl(descriptor, libc::F_GETFD) } < 0 {
            MISSING.fetch_or(1 << descriptor, Ordering::Relaxed);
        }
    }
}

// SAFETY: the section holds functions to be called before `main`, in a process of one thread.
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_START: extern "C" fn() = before_start;

/// Closes what the process was started without, so that the program finds it missing.
fn close_missing() {
    let missing = MISSING.load(Ordering::Relaxed);
    for descriptor in (0..3).filter(|descriptor| missing & (1 << descriptor) != 0) {
        // SAFETY: nobody but Rust's start-up has opened it.
        unsafe { libc::close(descriptor) };
    }
}

fn main() -> ExitCode {
    close_missing();
    let args: Vec<_> = std::env::args_os().collect();
    if args.get(1).is_some_and(|first| first == "stm-report") {
        return ExitCode::from(orochi_report::run(&args[2..]));
    }
    let (request, settings) = match command_line::parse(args) {
        Ok(parsed) => parsed,
        Err(message) => {
            eprintln!("{message}");
            let program = std::env::args_os().next().unwrap_or_default();
            let program = program.display();
            eprintln!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...");
            eprintln!("Try `orochi -h' for more information.");
            return ExitCode::from(2);
        }
    };
    match request {
        Request::Version(times) => {
            println!("Python {}", orochi_stdlib::sys::VERSION);
            if times > 1 {
                println!("{}", orochi_stdlib::sys::version_text());
            }
            return ExitCode::SUCCESS;
        }
        Request::Help => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    orochi_stdlib::sys::encoding::decide(&settings);
    if let Err(message) = hash_seed(&settings) {
        eprintln!("{message}");
        return ExitCode::from(1);
    }
    // The main program gets a native stack as deep as its recursion may need, whatever the
    // process was given.
    let size = 64 << 20;
    let main = std::thread::Builder::new().stack_size(size).spawn(move || run(request, settings));
    leave_signals_to_others();
    match main.map(std::thread::JoinHandle::join) {
        Ok(Ok(status)) => ExitCode::from(status),
        Ok(Err(_)) => ExitCode::from(134),
        Err(error) => {
            eprintln!("orochi: cannot start: {error}");
            ExitCode::from(1)
        }
    }
}

/// Blocks all signals in the calling thread, which only waits: so a signal that the program sends
/// itself arrives in its own thread, before the call that sends it returns.
fn leave_signals_to_others() {
    // SAFETY: fills a set and hands it over.
    unsafe {
        let mut all = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
    }
}

/// `PYTHONHASHSEED`
fn hash_seed(settings: &Settings) -> Result<(), String> {
    if settings.ignore_environment {
        return Ok(());
    }
    let Some(seed) = std::env::var_os("PYTHONHASHSEED").filter(|s| !s.is_empty() && s != "random")
    else {
        return Ok(());
    };
    match seed.to_str().and_then(|seed| seed.parse::<u32>().ok()) {
        Some(seed) => {
            orochi_vm::vm::set_hash_key(orochi_text::hash::HashKey::seeded(seed));
            Ok(())
        }
        None => {
            Err("Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" \
                     or an integer in range [0; 4294967295]"
                .to_owned())
        }
    }
}

fn run(request: Request, settings: Settings) -> u8 {
    let program = match request {
        Request::Command(source) => Program::Command(source.into_vec()),
        Request::Module(name) => Program::Module(name.to_string_lossy().into_owned()),
        Request::Script(path) => Program::Script(path),
        Request::Stdin => Program::Stdin,
        Request::Interactive | Request::Version(_) | Request::Help => Program::Interactive,
    };
    let mut th = match orochi_vm::vm::start::start(settings) {
        Ok(th) => th,
        Err(message) => {
            eprintln!("orochi: {message}");
            return 1;
        }
    };
    let prepared =
        orochi_stdlib::sys::make(&mut th, b"").and_then(|sys| start::prepare(&mut th, sys));
    let status = match prepared {
        Ok(()) => start::run(&mut th, &program),
        Err(_) => {
            let error = th.take_exception();
            start::report_failure(&mut th, error)
        }
    };
    let failed = start::finish(&mut th);
    if th.vm.settings.x_options.iter().any(|(name, _)| name == "stm_counters") {
        print_counters();
    }
    // The heap's objects die with the process; daemon threads stop where they are.
    match status {
        Status::Interrupted => die_of_interrupt(),
        Status::Exit(0) => exit(failed),
        Status::Exit(status) => exit(status),
    }
}

/// `-X stm_counters`: how often the slow paths of the ownership protocol were taken, all threads
/// together.
fn print_counters() {
    let mut totals: Vec<(&str, u64)> = Vec::new();
    for counters in orochi_stm::Registry::global().counters() {
        for (index, (name, count)) in counters.named().into_iter().enumerate() {
            match totals.get_mut(index) {
                Some(total) => total.1 += count,
                None => totals.push((name, count)),
            }
        }
    }
    for (name, count) in totals {
        eprintln!("{count:>12} {name}");
    }
}

/// Ends the process as SIGINT ends those that do not handle it, so that a shell sees what
/// happened.
fn die_of_interrupt() -> u8 {
    orochi_vm::thread::log::close();
    // SAFETY: restores the default action and sends the signal to this process.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        let mut signals = std::mem::zeroed();
        libc::sigemptyset(&mut signals);
        libc::sigaddset(&mut signals, libc::SIGINT);
        libc::sigprocmask(libc::SIG_UNBLOCK, &signals, std::ptr::null_mut());
        libc::kill(libc::getpid(), libc::SIGINT);
    }
    exit(130)
}

fn exit(status: u8) -> u8 {
    orochi_vm::thread::log::close();
    // SAFETY: ends the process without running what belongs to threads that still run.
    unsafe { libc::_exit(i32::from(status)) }
}
