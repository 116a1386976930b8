//! `orochi stm-report`: says where a program's threads lost time to each other, worst first, with
//! the two source lines of each conflict.
//!
//! ```text
//! read      the log's bytes -> events, texts, stacks            (whatever is there: a log may be cut)
//! incident  one wait, undone attempt, revocation: two stacks, an object, a time
//! conflict  incidents with the same two lines, summed up
//! report    conflicts, totals, threads, blocks: what `--json` prints
//! text, html  the same for people
//! ```
//! Who waited and who was in the way wrote their records independently, and a record may be
//! missing: the owner was asleep, or the log was cut. `incident` joins them, and `conflict` gives
//! incidents of which one side is unknown to the conflict they belong to most likely.

mod command;
mod conflict;
mod hint;
mod html;
mod incident;
mod place;
mod read;
mod report;
mod text;
mod timeline;

#[cfg(test)]
mod tests;

pub use command::run;
pub use read::{Log, NotALog};
pub use report::{Report, SCHEMA};
