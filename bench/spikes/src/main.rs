//! Programs that settled questions of shape before the layers were written; the findings are in
//! `docs/internals/spikes.md`.

mod arena;
mod dispatch;
mod header;
mod trace;
mod value;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("dispatch") => dispatch::main(&arguments[1..]),
        Some("header") => header::main(),
        Some("trace") => {
            if let Err(error) = trace::main() {
                eprintln!("{error}");
                std::process::exit(1);
            }
        }
        _ => eprintln!("usage: spikes dispatch | header | trace"),
    }
}
