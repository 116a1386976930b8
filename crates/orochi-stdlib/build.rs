//! Compiles the pure-Python library to bytecode and packs it into one archive, which the crate
//! embeds: start-up then parses nothing.
//!
//! The library is CPython 3.14's as packed by the crate `rustpython-pylib`, with the few places
//! that this crate marks as its own put back ([`corrections`]), and the modules of the
//! repository's `Lib/` folder, which win where both have one. What the archive looks like is
//! said in `src/library.rs`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, io, thread};

use orochi_compiler::{Mode, Options, compile, marshal};

/// Packages that are of no use without what this runtime does not have.
const LEFT_OUT: &[&str] = &["idlelib", "tkinter", "turtle", "turtledemo", "test"];

struct Module {
    path: PathBuf,
    package: bool,
}

struct Packed {
    name: String,
    package: bool,
    code: Vec<u8>,
    code_size: usize,
    source: Vec<u8>,
    source_size: usize,
}

fn main() -> io::Result<()> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Lib");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", own.display());
    let mut modules = BTreeMap::new();
    collect(Path::new(rustpython_pylib::LIB_PATH), "", &mut modules)?;
    collect(&own, "", &mut modules)?;
    let modules: Vec<(String, Module)> = modules.into_iter().collect();
    let packed = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((name, module)) = modules.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match pack(name, module) {
                        Ok(done) => packed.lock().expect("no panic while locked").push(done),
                        Err(reason) => println!("cargo:warning=left out {name}: {reason}"),
                    }
                }
            });
        }
    });
    let mut packed = packed.into_inner().expect("no panic while locked");
    packed.sort_by(|a, b| a.name.cmp(&b.name));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("library.bin"), archive(&packed))
}

fn collect(folder: &Path, prefix: &str, modules: &mut BTreeMap<String, Module>) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|s| s.to_str()) else { continue };
        if stem == "__pycache__" || (prefix.is_empty() && LEFT_OUT.contains(&stem)) {
            continue;
        }
        let name = if prefix.is_empty() { stem.to_owned() } else { format!("{prefix}.{stem}") };
        if path.is_dir() {
            let init = path.join("__init__.py");
            if init.exists() {
                modules.insert(name.clone(), Module { path: init, package: true });
            }
            collect(&path, &name, modules)?;
        } else if path.extension().is_some_and(|e| e == "py") && stem != "__init__" {
            modules.insert(name, Module { path, package: false });
        }
    }
    Ok(())
}

fn pack(name: &str, module: &Module) -> Result<Packed, String> {
    let source = fs::read(&module.path).map_err(|e| e.to_string())?;
    let source = corrections(name, source);
    let filename = format!("<frozen {name}>");
    let options = Options::default();
    let compiled =
        compile(&source, &filename, Mode::Exec, &options).map_err(|e| format!("{e:?}"))?;
    let code = marshal::dump(&compiled.code);
    Ok(Packed {
        name: name.to_owned(),
        package: module.package,
        code_size: code.len(),
        code: lz4_flex::compress(&code),
        source_size: source.len(),
        source: lz4_flex::compress(&source),
    })
}

/// Puts back what `rustpython-pylib` has changed for its own runtime.
fn corrections(name: &str, source: Vec<u8>) -> Vec<u8> {
    let rules: &[(&str, &str)] = match name {
        "site" | "sysconfig" => &[
            ("return 'RustPython'", "return 'Python'"),
            ("rustpython{version[0]}", "python{version[0]}"),
        ],
        // The source of frozen modules is there: see `_imp`.
        "importlib._bootstrap" => &[(
            "\"\"\"Return None as frozen modules do not have source code.\"\"\"\n        return None",
            "\"\"\"Return the source text of a frozen module.\"\"\"\n        return _imp._embedded_source(fullname)",
        )],
        // What came from the command line before this was imported.
        "linecache" => &[
            (
                "        _interactive_cache[key] = entry\n",
                "        _interactive_cache[key] = entry\n\n\nimport _imp\n_imp._tell_sources(_register_code)\ndel _imp\n",
            ),
            (
                // Frozen modules have sources here, though no files.
                "            lazy_entry = _make_lazycache_entry(filename, module_globals)",
                "            lazy_entry = _make_lazycache_entry(fullname, module_globals)",
            ),
        ],
        // A view lives until a collection finds it dead, and while it lives the buffer is fixed.
        "asyncio.streams" => &[("bytes(memoryview(self._buffer)[:n])", "bytes(self._buffer[:n])")],
        // There is no native pickler, but this part of it.
        "pickle" => &[(
            "    from _pickle import PickleBuffer\n",
            "    from _pickle_buffer import PickleBuffer\n",
        )],
        "platform" => &[("\"RustPython\"", "\"Orochi\""), ("'RustPython'", "'Orochi'")],
        _ => return source,
    };
    match String::from_utf8(source) {
        Ok(mut text) => {
            for (from, to) in rules {
                text = text.replace(from, to);
            }
            text.into_bytes()
        }
        Err(error) => error.into_bytes(),
    }
}

/// Header, index, names, blobs: see `src/library.rs`.
fn archive(packed: &[Packed]) -> Vec<u8> {
    const ENTRY: usize = 8 * 4;
    let names: usize = packed.iter().map(|p| p.name.len()).sum();
    let mut out = Vec::new();
    out.extend_from_slice(b"OROLIB01");
    out.extend_from_slice(&(packed.len() as u32).to_le_bytes());
    let mut name_at = 12 + ENTRY * packed.len();
    let mut blob_at = name_at + names;
    for p in packed {
        let numbers = [
            name_at,
            p.name.len(),
            usize::from(p.package),
            blob_at,
            p.code.len(),
            p.code_size,
            p.source.len(),
            p.source_size,
        ];
        for number in numbers {
            out.extend_from_slice(&(number as u32).to_le_bytes());
        }
        name_at += p.name.len();
        blob_at += p.code.len() + p.source.len();
    }
    for p in packed {
        out.extend_from_slice(p.name.as_bytes());
    }
    for p in packed {
        out.extend_from_slice(&p.code);
        out.extend_from_slice(&p.source);
    }
    out
}
