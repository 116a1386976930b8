//! Text algorithms over 1-, 2- and 4-byte strings: search, case, codecs, number and format text.
