//! Which row holds the headings, and where the data below it begin.

use super::fields::shape;
use crate::import::dialects::{self, Candidate, Match, PreambleWords};
use crate::import::header;

/// Whether a row can be one of headings at all: two short cells with letters.
pub fn has_words(row: &[String]) -> bool {
    let is_word = |cell: &&String| cell.len() < 60 && cell.chars().any(char::is_alphabetic);
    row.iter().filter(is_word).take(2).count() == 2
}

/// The row with the most known headings, and the first row of data below it.
pub(super) fn best_header(rows: &[Vec<String>]) -> Option<(usize, Match, usize)> {
    let mut best: Option<(usize, Match, PreambleWords)> = None;
    let mut above = PreambleWords::default();
    let mut not_noted = rows.iter();
    for (line, row) in rows.iter().enumerate() {
        if !has_words(row) {
            continue;
        }
        if let Some(candidate) = Candidate::of(row, None) {
            // Rows without a candidate below them need not be searched for words.
            let n_above = line - (rows.len() - not_noted.len());
            not_noted
                .by_ref()
                .take(n_above)
                .for_each(|row| above.note(row));
            let Some(found) = candidate.identify(&above) else {
                continue;
            };
            // A layered file has several header rows; a header repeated mid-file ties, and the
            // first stays.
            let value =
                |found: &Match| found.score + 10 * (3 - found.missing().len().min(3) as u32);
            if best.as_ref().map_or(0, |(_, best, _)| value(best)) < value(&found) {
                best = Some((line, found, above.clone()));
            }
        }
        // Headings do not hide below hundreds of data rows.
        if best
            .as_ref()
            .is_some_and(|(at, found, _)| found.missing().is_empty() && line > at + 200)
        {
            break;
        }
    }
    let (line, mut found, above) = best?;
    let mut first = line + 1;
    if let Some(units) = rows.get(line + 1) {
        let n_units = units
            .iter()
            .filter(|cell| header::is_unit(cell.trim_matches(['(', ')', '[', ']'])))
            .count();
        let n_filled = units.iter().filter(|cell| !cell.is_empty()).count();
        let n_numbers = shape(units, b'.', None).n_numbers;
        if n_units >= 2 && n_units * 2 >= n_filled && n_numbers <= 1 {
            first += 1;
            if let Some(with_units) = rows
                .get(line)
                .and_then(|row| dialects::identify(row, Some(units), &above))
            {
                found = with_units;
            }
        }
    }
    Some((line, found, first))
}
