//! Programs that settled questions of shape before the layers were written; the findings are in
//! `docs/internals/spikes.md`.

mod arena;
mod dispatch;
mod header;
mod value;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("dispatch") => dispatch::main(&arguments[1..]),
        Some("header") => header::main(),
        _ => eprintln!("usage: spikes dispatch | header | trace"),
    }
}
