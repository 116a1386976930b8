//! The page: one file that needs no other and no network.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::place::Sources;
use crate::timeline::{Span, spans};
use crate::{Log, Report};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page's script finds in it.
#[derive(Serialize)]
struct Data<'r> {
    report: &'r Report,
    spans: BTreeMap<u32, Vec<Span>>,
    sources: BTreeMap<&'r str, String>,
}

/// Text for the inside of a script element: it must not end it.
fn in_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn in_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The page.
///
/// # Errors
/// When the data cannot be written as JSON.
pub(crate) fn render(report: &Report, log: &Log) -> Result<String, serde_json::Error> {
    let sources = Sources::in_folder(&report.program.folder);
    let files: BTreeSet<&str> = report
        .conflicts
        .iter()
        .flat_map(|conflict| &conflict.sides)
        .map(|side| side.place.file.as_str())
        .chain(report.blocks.iter().map(|block| block.place.file.as_str()))
        .collect();
    let texts = files.into_iter().filter_map(|file| Some((file, sources.text(file)?)));
    let data = Data { report, spans: spans(log), sources: texts.collect() };
    let json = serde_json::to_string(&data)?;
    let mut page = String::with_capacity(PAGE.len() + SCRIPT.len() + json.len() + STYLE.len());
    // One pass: what is put in is not looked through again.
    let mut rest = PAGE;
    while let Some(at) = rest.find("{{") {
        page.push_str(&rest[..at]);
        let end = rest[at..].find("}}").map_or(rest.len(), |end| at + end + 2);
        match &rest[at..end] {
            "{{style}}" => page.push_str(STYLE),
            "{{script}}" => page.push_str(SCRIPT),
            "{{data}}" => page.push_str(&in_script(&json)),
            "{{command}}" => page.push_str(&in_text(&report.program.command)),
            other => page.push_str(other),
        }
        rest = &rest[end..];
    }
    page.push_str(rest);
    Ok(page)
}
