//! The `orochi` command.
//!
//! Reads the command line, makes the runtime, brings the library up and runs the program; what
//! Python can do about that is done by `Lib/_orochi_start.py`.

mod command_line;

use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

use command_line::{HELP, Request};
use orochi_stdlib::start;
use orochi_vm::exception::Raised;
use orochi_vm::thread::Thread;
use orochi_vm::vm::Settings;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let (request, settings) = match command_line::parse(std::env::args_os().collect()) {
        Ok(parsed) => parsed,
        Err(message) => {
            eprintln!("{message}");
            eprintln!("usage: orochi [option] ... [-c cmd | -m mod | file | -] [arg] ...");
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
    if let Err(message) = hash_seed(&settings) {
        eprintln!("{message}");
        return ExitCode::from(1);
    }
    // The main program gets a native stack as deep as its recursion may need, whatever the
    // process was given.
    let size = 64 << 20;
    let main = std::thread::Builder::new().stack_size(size).spawn(move || run(request, settings));
    match main.map(std::thread::JoinHandle::join) {
        Ok(Ok(status)) => ExitCode::from(status),
        Ok(Err(_)) => ExitCode::from(134),
        Err(error) => {
            eprintln!("orochi: cannot start: {error}");
            ExitCode::from(1)
        }
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
        None => Err("Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" \
                     or an integer in range [0; 4294967295]"
            .to_owned()),
    }
}

fn run(request: Request, settings: Settings) -> u8 {
    let (kind, text) = match &request {
        Request::Command(source) => ("command", source.as_bytes()),
        Request::Module(name) => ("module", name.as_bytes()),
        Request::Script(path) => ("script", path.as_bytes()),
        Request::Stdin => ("stdin", &b""[..]),
        _ => ("interactive", &b""[..]),
    };
    let text = text.to_vec();
    let mut th = match orochi_vm::vm::start::start(settings) {
        Ok(th) => th,
        Err(message) => {
            eprintln!("orochi: {message}");
            return 1;
        }
    };
    let status = match main_program(&mut th, kind, &text) {
        Ok(status) => status,
        Err(_) => {
            let exception = th.take_exception();
            orochi_vm::exception::print::exit_status(&mut th, exception) as u8
        }
    };
    let failed = orochi_stdlib::start::finish(&mut th);
    // The heap's objects die with the process; daemon threads stop where they are.
    let status = if failed != 0 && status == 0 { failed } else { status };
    orochi_stdlib::system::process::exit_now(i32::from(status))
}

fn main_program(th: &mut Thread, kind: &str, text: &[u8]) -> Result<u8, Raised> {
    let sys = orochi_stdlib::sys::make(th, text)?;
    start::prepare(th, sys)?;
    start::open(th)?;
    Ok(start::run_main(th, kind)? as u8)
}
