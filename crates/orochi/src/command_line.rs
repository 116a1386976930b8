//! The command line, by CPython's rules: options up to the first argument that is none, or to
//! `-c` and `-m`, which take all that follows.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use orochi_vm::vm::Settings;

/// What is to be run.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// `-c source`
    Command(OsString),
    /// `-m module`
    Module(OsString),
    /// `script`
    Script(OsString),
    /// `-`, or nothing and standard input is no terminal
    Stdin,
    /// Nothing, and standard input is a terminal
    Interactive,
    /// `-V`, `--version`; twice for more
    Version(u8),
    /// `-h`, `-?`, `--help`
    Help,
}

/// Reads the command line. The error is what to print before exiting with status 2.
pub fn parse(args: Vec<OsString>) -> Result<(Request, Settings), String> {
    let program = args.first().cloned().unwrap_or_default();
    let mut settings = Settings { orig_argv: args.clone(), ..Settings::default() };
    let mut request = None;
    let mut version = 0;
    let mut at = 1;
    while request.is_none() {
        let Some(arg) = args.get(at) else { break };
        let bytes = arg.as_bytes();
        if bytes == b"-" || !bytes.starts_with(b"-") {
            break;
        }
        at += 1;
        match bytes {
            b"--help" => return Ok((Request::Help, settings)),
            b"--version" => {
                version += 1;
                continue;
            }
            b"--" => break,
            b"--check-hash-based-pycs" => {
                at += 1;
                continue;
            }
            _ if bytes.starts_with(b"--") => {
                return Err(format!("unknown option {}", arg.display()));
            }
            _ => {}
        }
        let mut position = 1;
        while position < bytes.len() {
            let option = bytes[position];
            position += 1;
            let mut value = || -> Result<OsString, String> {
                let rest = &bytes[position..];
                position = bytes.len();
                if !rest.is_empty() {
                    return Ok(OsStr::from_bytes(rest).to_owned());
                }
                at += 1;
                args.get(at - 1)
                    .cloned()
                    .ok_or_else(|| format!("Argument expected for the -{} option", option as char))
            };
            match option {
                b'c' => request = Some(Request::Command(value()?)),
                b'm' => request = Some(Request::Module(value()?)),
                b'W' => settings.warn_options.push(value()?.to_string_lossy().into_owned()),
                b'X' => {
                    let given = value()?.to_string_lossy().into_owned();
                    settings.x_options.push(match given.split_once('=') {
                        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                        None => (given, None),
                    });
                }
                b'b' => settings.bytes_warning += 1,
                b'B' => settings.dont_write_bytecode = true,
                b'd' => settings.debug += 1,
                b'E' => settings.ignore_environment = true,
                b'h' | b'?' => return Ok((Request::Help, settings)),
                b'i' => settings.inspect = true,
                b'I' => {
                    settings.isolated = true;
                    settings.ignore_environment = true;
                    settings.no_user_site = true;
                    settings.safe_path = true;
                }
                b'O' => settings.optimize = (settings.optimize + 1).min(2),
                b'P' => settings.safe_path = true,
                b'q' => settings.quiet = true,
                b's' => settings.no_user_site = true,
                b'S' => settings.no_site = true,
                b'u' => settings.unbuffered = true,
                b'v' => settings.verbose += 1,
                b'V' => version += 1,
                b'R' | b't' | b'x' => {}
                other => return Err(format!("Unknown option: -{}", other as char)),
            }
        }
    }
    if version > 0 {
        return Ok((Request::Version(version), settings));
    }
    let rest = args.get(at..).unwrap_or(&[]);
    let (request, argv) = match request {
        Some(request) => {
            let first = if matches!(request, Request::Command(_)) { "-c" } else { "-m" };
            (request, std::iter::once(first.into()).chain(rest.iter().cloned()).collect())
        }
        None => match rest.split_first() {
            Some((first, _)) if first == "-" => (Request::Stdin, rest.to_vec()),
            Some((first, _)) => (Request::Script(first.clone()), rest.to_vec()),
            None if std::io::IsTerminal::is_terminal(&std::io::stdin()) || settings.inspect => {
                (Request::Interactive, vec![OsString::new()])
            }
            None => (Request::Stdin, vec![OsString::new()]),
        },
    };
    settings.argv = argv;
    settings.stm_log = log_file(&settings)?;
    settings.executable = executable(&program);
    environment(&mut settings);
    Ok((request, settings))
}

/// The command's own path.
fn executable(program: &OsStr) -> OsString {
    std::env::current_exe().map_or_else(|_| program.to_owned(), |path| path.into_os_string())
}

/// The file for the event log: `-X stm_log=FILE`, else `OROCHI_STM_LOG`.
fn log_file(settings: &Settings) -> Result<Option<OsString>, String> {
    let option = settings.x_options.iter().rev().find(|(name, _)| name == "stm_log");
    match option {
        Some((_, Some(file))) if !file.is_empty() => Ok(Some(file.into())),
        Some(_) => Err("-X stm_log: the name of a file is expected".to_owned()),
        None if settings.ignore_environment => Ok(None),
        None => Ok(std::env::var_os("OROCHI_STM_LOG").filter(|file| !file.is_empty())),
    }
}

/// What environment variables say, unless `-E`.
fn environment(settings: &mut Settings) {
    if settings.ignore_environment {
        return;
    }
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let level = |name: &str| {
        set(name).map_or(0, |value| value.to_str().and_then(|v| v.parse().ok()).unwrap_or(1))
    };
    settings.optimize = settings.optimize.max(level("PYTHONOPTIMIZE").min(2));
    settings.verbose = settings.verbose.max(level("PYTHONVERBOSE"));
    settings.debug = settings.debug.max(level("PYTHONDEBUG").min(1));
    settings.inspect |= set("PYTHONINSPECT").is_some();
    settings.unbuffered |= set("PYTHONUNBUFFERED").is_some();
    settings.no_user_site |= set("PYTHONNOUSERSITE").is_some();
    settings.safe_path |= set("PYTHONSAFEPATH").is_some();
    settings.dont_write_bytecode |= set("PYTHONDONTWRITEBYTECODE").is_some();
    if let Some(warnings) = set("PYTHONWARNINGS") {
        let given = warnings.to_string_lossy();
        let first = given.split(',').map(str::to_owned);
        settings.warn_options = first.chain(settings.warn_options.drain(..)).collect();
    }
    let library = settings.x_options.iter().rev().find(|(name, _)| name == "lib");
    settings.library = library
        .and_then(|(_, folder)| folder.clone().map(Into::into))
        .or_else(|| set("OROCHI_HOME").map(Into::into));
}

/// What `--help` prints.
pub const HELP: &str = "\
usage: orochi [option] ... [-c cmd | -m mod | file | -] [arg] ...
Options (and corresponding environment variables):
-b     : issue warnings about converting bytes/bytearray to str and comparing
         bytes/bytearray with str or bytes with int; also -bb: error
-B     : don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x
-c cmd : program passed in as string (terminates option list)
-E     : ignore PYTHON* environment variables (such as PYTHONPATH)
-h     : print this help message and exit (also -? or --help)
-i     : inspect interactively after running script; also PYTHONINSPECT=x
-I     : isolate from the user's environment (implies -E and -s)
-m mod : run library module as a script (terminates option list)
-O     : remove assert and __debug__-dependent statements; also PYTHONOPTIMIZE=x
-OO    : do -O changes and also discard docstrings
-P     : don't prepend a potentially unsafe path to sys.path
-q     : don't print version and copyright messages on interactive startup
-s     : don't add user site directory to sys.path; also PYTHONNOUSERSITE=x
-S     : don't imply 'import site' on initialization
-u     : force the stdout and stderr streams to be unbuffered
-v     : verbose (trace import statements); also PYTHONVERBOSE=x
-V     : print the version number and exit (also --version)
-W arg : warning control; arg is action:message:category:module:lineno
-X opt : set implementation-specific option:
         max_heap=SIZE (bytes, or with k, m, g), nursery=SIZE, gc_log,
         lib=DIR, lock_elision=on|off|always, stm_counters,
         stm_log=FILE (also OROCHI_STM_LOG=FILE; see
         `orochi stm-report -h')
file   : program read from script file
-      : program read from stdin (default; interactive mode if a tty)
arg ...: arguments passed to program in sys.argv[1:]

`orochi stm-report LOG' says where the threads of a program lost time to each
other; see `orochi stm-report -h'.
";
