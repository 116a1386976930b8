//! The command line of `orochi stm-report`.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use crate::{Log, Report, html, text};

/// What `--help` prints.
const HELP: &str = "\
usage: orochi stm-report [--json | --html] [-o FILE] [--top N] LOG
Says where the threads of a program lost time to each other, worst first.

The log comes from running the program with OROCHI_STM_LOG=LOG or -X stm_log=LOG.
--json   : everything as JSON
--html   : one page with a timeline of the threads, the conflicts, and the source
-o FILE  : write to FILE instead of the standard output
--top N  : print N conflicts at most (default: 20; the other forms have all)
-h       : print this help and exit (also --help)
docs/transactions.md explains how to read it.
";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Text,
    Json,
    Html,
}

struct Request {
    form: Form,
    output: Option<PathBuf>,
    top: usize,
    log: PathBuf,
}

fn parse(args: &[OsString]) -> Result<Option<Request>, String> {
    use lexopt::prelude::*;
    let mut parser = lexopt::Parser::from_args(args.iter().cloned());
    let (mut form, mut output, mut top, mut log) = (Form::Text, None, 20, None::<PathBuf>);
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        let mut choose = |new| {
            if form != Form::Text && form != new {
                return Err("--json and --html exclude each other".to_owned());
            }
            form = new;
            Ok(())
        };
        match argument {
            Long("json") => choose(Form::Json)?,
            Long("html") => choose(Form::Html)?,
            Short('o') | Long("output") => {
                let value =
                    parser.value().map_err(|_| "-o expects the name of a file".to_owned())?;
                output = Some(value.into());
            }
            Long("top") => {
                let value = parser.value().ok().and_then(|value| value.to_str()?.parse().ok());
                top = value.ok_or("--top expects a number")?;
            }
            Short('h') | Long("help") => return Ok(None),
            Value(path) if log.is_none() => log = Some(path.into()),
            Value(path) => {
                return Err(format!("one log is enough; what is '{}'?", path.to_string_lossy()));
            }
            Short(other) => return Err(format!("unknown option -{other}")),
            Long(other) => return Err(format!("unknown option --{other}")),
        }
    }
    let log = log.ok_or("the name of a log is expected")?;
    Ok(Some(Request { form, output, top, log }))
}

fn answer(request: &Request) -> Result<(), String> {
    let name = request.log.display();
    let bytes = std::fs::read(&request.log)
        .map_err(|error| format!("cannot read '{name}': {}", reason(&error)))?;
    let log = Log::read(&bytes).map_err(|error| format!("'{name}' {error}"))?;
    let report = Report::of(&log);
    let output = match request.form {
        Form::Text => text::render(&report, request.top),
        Form::Json => {
            let json = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
            json + "\n"
        }
        Form::Html => html::render(&report, &log).map_err(|error| error.to_string())?,
    };
    match &request.output {
        Some(path) => std::fs::write(path, output)
            .map_err(|error| format!("cannot write '{}': {}", path.display(), reason(&error))),
        None => {
            // Who reads only the beginning closes the pipe.
            match std::io::stdout().write_all(output.as_bytes()) {
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                    Err(format!("cannot write: {}", reason(&error)))
                }
                _ => Ok(()),
            }
        }
    }
}

/// An error in the system's words, without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Runs the command with the arguments behind `stm-report`; the result is the exit status.
pub fn run(args: &[OsString]) -> u8 {
    let done = match parse(args) {
        Ok(None) => {
            print!("{HELP}");
            return 0;
        }
        Ok(Some(request)) => answer(&request),
        Err(message) => Err(message),
    };
    match done {
        Ok(()) => 0,
        Err(message) => {
            eprintln!("orochi stm-report: {message}");
            2
        }
    }
}
