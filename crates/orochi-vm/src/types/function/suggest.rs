//! Finding the name that a misspelt one may have meant: the candidate at the least edit distance,
//! where a change of case costs half of any other edit.

const MOVE: usize = 2;
const CASE: usize = 1;
/// Longer names are not looked at.
const LONGEST: usize = 40;
/// More candidates are not looked at.
const MOST: usize = 750;

/// The candidate that is close enough to `name` to be suggested, if there is one.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(&str, usize)> = None;
    for candidate in candidates.take(MOST) {
        if candidate == name {
            continue;
        }
        let limit = (name.chars().count() + candidate.chars().count() + 3) * MOVE / 6;
        let limit = best.map_or(limit, |(_, distance)| limit.min(distance - 1));
        match distance(name, candidate, limit) {
            Some(distance) if distance > 0 => best = Some((candidate, distance)),
            _ => {}
        }
    }
    best.map(|(candidate, _)| candidate)
}

fn substitution(a: char, b: char) -> usize {
    if a == b {
        0
    } else if a.to_lowercase().eq(b.to_lowercase()) {
        CASE
    } else {
        MOVE
    }
}

/// Levenshtein distance, if it is at most `limit`.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() > LONGEST || b.len() > LONGEST {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).map(|n| n * MOVE).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (i + 1) * MOVE;
        for (j, &y) in b.iter().enumerate() {
            let changed = diagonal + substitution(x, y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + MOVE).min(diagonal + MOVE);
        }
    }
    let distance = row[b.len()];
    (distance <= limit).then_some(distance)
}
