//! Prints the listing of a file, or of what `-c` gives: `cargo run --example listing -- file.py`.

use orochi_compiler::{Mode, Options, compile, disassemble::disassemble, validate::validate};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut source = Vec::new();
    let mut name = "<string>".to_owned();
    let mut mode = Mode::Exec;
    while let Some(argument) = arguments.next() {
        match &*argument {
            "-c" => source = arguments.next().unwrap_or_default().into_bytes(),
            "-e" => mode = Mode::Eval,
            "-s" => mode = Mode::Single,
            _ => {
                source = std::fs::read(&argument).unwrap_or_default();
                name = argument;
            }
        }
    }
    match compile(&source, &name, mode, &Options::default()) {
        Err(error) => println!("{error:#?}"),
        Ok(compiled) => {
            for warning in &compiled.warnings {
                println!("warning: {} {:?}", warning.message, warning.at);
            }
            print!("{}", disassemble(&compiled.code));
            if let Err(problem) = validate(&compiled.code) {
                println!("INVALID: {problem}");
            }
        }
    }
}
