//! `itertools`: iterators made of iterators.
//!
//! Each is a native class with a `next` function. What an iterator keeps of its own is read and
//! changed under its barrier; the iterators it takes from are asked outside, since that may run
//! Python, and its state is looked at again afterwards. So two threads that share one get different
//! items and never a broken state.

mod chain;
mod combinations;
mod fold;
mod groupby;
mod infinite;
mod permutations;
mod product;
mod select;
mod slice;
mod tee;
mod window;
mod zip_longest;

use orochi_vm::class::{Method, function};
use orochi_vm::native::ModuleSpec;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Functional tools for creating and using iterators.",
    functions: FUNCTIONS,
    types: &[
        &fold::ACCUMULATE,
        &window::BATCHED,
        &chain::CHAIN,
        &combinations::COMBINATIONS,
        &combinations::COMBINATIONS_WITH_REPLACEMENT,
        &select::COMPRESS,
        &infinite::COUNT,
        &infinite::CYCLE,
        &select::DROP_WHILE,
        &select::FILTER_FALSE,
        &groupby::GROUP_BY,
        &groupby::GROUPER,
        &slice::ISLICE,
        &window::PAIRWISE,
        &permutations::PERMUTATIONS,
        &product::PRODUCT,
        &infinite::REPEAT,
        &fold::STARMAP,
        &select::TAKE_WHILE,
        &tee::TEE,
        &zip_longest::ZIP_LONGEST,
    ],
    execute: Some(|th, _| orochi_vm::class::native::make_class(th, &tee::NODE).map(drop)),
    ..ModuleSpec::named("itertools")
};

static FUNCTIONS: &[Method] =
    &[function("tee(iterable, n=2, /)", tee::tee, "Returns a tuple of n independent iterators.")];
