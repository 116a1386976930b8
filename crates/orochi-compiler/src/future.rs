//! `from __future__ import …`: which features a module switches on, and where that may stand.

use crate::ast::{Module, Stmt, StmtKind};
use crate::code::Constant;
use crate::error::{Failure, Outcome};

/// Features that have become the language, and change nothing.
const MANDATORY: &[&str] = &[
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "generator_stop",
];

/// Features that a source switches on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// Annotations are strings.
    pub annotations: bool,
    /// `<>` instead of `!=`.
    pub barry_as_bdfl: bool,
}

/// The features a module imports.
pub fn features(module: &Module) -> Outcome<Features> {
    let mut features = Features::default();
    let (Module::Module(body) | Module::Interactive(body)) = module else { return Ok(features) };
    let mut early = true;
    for (i, s) in body.iter().enumerate() {
        match &s.kind {
            StmtKind::ImportFrom { module: Some(name), names, level: 0 }
                if &**name == "__future__" =>
            {
                if !early {
                    return Err(late(s));
                }
                for alias in names {
                    match &*alias.name {
                        "annotations" => features.annotations = true,
                        "barry_as_FLUFL" => features.barry_as_bdfl = true,
                        "braces" => return Err(Failure::new("not a chance", alias.at)),
                        known if MANDATORY.contains(&known) => {}
                        name => {
                            let message = format!("future feature {name} is not defined");
                            return Err(Failure::new(message, alias.at));
                        }
                    }
                }
            }
            StmtKind::Expr(e) if i == 0 && matches!(e.constant(), Some(Constant::Str(_))) => {}
            _ => early = false,
        }
    }
    Ok(features)
}

/// The complaint about an import of `__future__` that comes too late.
pub fn late(s: &Stmt) -> Failure {
    Failure::new("from __future__ imports must occur at the beginning of the file", s.at)
}
