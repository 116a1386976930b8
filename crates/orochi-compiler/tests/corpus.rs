//! Compiles every Python file below the folders named in `OROCHI_CORPUS` (separated by colons) and
//! validates the code:
//!
//! ```sh
//! OROCHI_CORPUS=$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))') \
//!     cargo test --release -p orochi-compiler --test corpus -- --ignored --nocapture
//! ```

use orochi_compiler::{Mode, Options, compile, marshal, validate::validate};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Files that are not meant to compile: CPython's test data, templates, Python 2.
const NOT_PYTHON: &[&str] =
    &["/lib2to3/tests/data/", "/bad_coding", "/badsyntax_", "/tokenizedata/bad"];

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut entries: Vec<_> = std::fs::read_dir(path)
            .map(|entries| entries.flatten().map(|e| e.path()).collect())
            .unwrap_or_default();
        entries.sort();
        entries.iter().for_each(|entry| collect(entry, files));
    } else if path.extension().is_some_and(|e| e == "py")
        && !NOT_PYTHON.iter().any(|part| path.to_string_lossy().contains(part))
    {
        files.push(path.to_owned());
    }
}

#[test]
#[ignore = "needs a corpus: set OROCHI_CORPUS"]
fn compiles_a_corpus() {
    let Ok(corpus) = std::env::var("OROCHI_CORPUS") else { return };
    let mut files = Vec::new();
    corpus.split(':').for_each(|folder| collect(Path::new(folder), &mut files));
    let (mut bytes, mut failures) = (0, 0);
    let (mut compiling, mut loading) = (Duration::ZERO, Duration::ZERO);
    let mut marshalled = 0;
    for file in &files {
        let Ok(source) = std::fs::read(file) else { continue };
        bytes += source.len();
        let start = Instant::now();
        let result = compile(&source, &file.to_string_lossy(), Mode::Exec, &Options::default());
        compiling += start.elapsed();
        match result {
            Err(error) => {
                failures += 1;
                println!("{error} {:?}", error.text);
            }
            Ok(compiled) => {
                if let Err(problem) = validate(&compiled.code) {
                    failures += 1;
                    println!("{}: {problem}", file.display());
                }
                let written = marshal::dump(&compiled.code);
                marshalled += written.len();
                let start = Instant::now();
                let loaded = marshal::load(&written);
                loading += start.elapsed();
                // Compared as bytes: a constant may be a NaN.
                if loaded.map(|code| marshal::dump(&code)).as_ref() != Ok(&written) {
                    failures += 1;
                    println!("{}: marshalled code differs", file.display());
                }
            }
        }
    }
    let rate = |bytes: usize, time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!(
        "{} files, {bytes} bytes at {:.1} MB/s; {marshalled} bytes marshalled, loaded at {:.1} MB/s; {failures} failures",
        files.len(),
        rate(bytes, compiling),
        rate(marshalled, loading)
    );
    assert_eq!(failures, 0);
}
