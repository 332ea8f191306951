//! Labels of all dialects in one sorted table, so that a heading is looked up and not compared with
//! every column of every maker: a preamble of a thousand lines costs a thousand look-ups a cell.

use super::all;
use crate::import::header::Heading;
use std::sync::OnceLock;

/// Where a label stands: position of its dialect, and its rank in that dialect's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    label: &'static str,
    /// Position in [`all`].
    pub dialect: usize,
    /// Position in the dialect's columns, or among its signatures.
    pub rank: usize,
}

/// What the tables know of one heading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    exact: &'static [Place],
    /// `current_1`, `current_2`: several cells side by side. The stem, and the channel.
    numbered: (&'static [Place], u32),
}

impl Known {
    /// Looks a heading up.
    pub fn of(heading: &Heading) -> Self {
        let label = heading.label.as_str();
        let stem = label.trim_end_matches(|sign: char| sign.is_ascii_digit());
        let number = label.get(stem.len()..).unwrap_or("").parse::<u32>();
        let numbered = match number.ok().and_then(|number| number.checked_add(1)) {
            Some(channel) if !stem.is_empty() => (find(columns(), stem), channel),
            _ => (&[][..], 0),
        };
        Self {
            exact: find(columns(), label),
            numbered,
        }
    }

    /// Whether any dialect has it.
    pub fn is_any(&self) -> bool {
        !(self.exact.is_empty() && self.numbered.0.is_empty())
    }

    /// Rank and channel in a dialect: its first column of that label.
    pub fn rank_in(&self, dialect: usize) -> Option<(usize, u32)> {
        let first = |places: &[Place]| {
            let place = places.iter().find(|place| place.dialect == dialect)?;
            Some(place.rank)
        };
        let (numbered, channel) = self.numbered;
        first(self.exact)
            .map(|rank| (rank, 0))
            .or_else(|| Some((first(numbered)?, channel)))
    }
}

/// Signatures equal to a label, or to a whole heading in small letters.
pub(super) fn signatures(label: &str) -> &'static [Place] {
    static TABLE: OnceLock<Vec<Place>> = OnceLock::new();
    let table = TABLE.get_or_init(|| sorted(|dialect| dialect.signature.iter().copied()));
    find(table, label)
}

fn columns() -> &'static [Place] {
    static TABLE: OnceLock<Vec<Place>> = OnceLock::new();
    TABLE.get_or_init(|| sorted(|dialect| dialect.columns.iter().map(|column| column.label)))
}

fn sorted<I: Iterator<Item = &'static str>>(
    labels: fn(&'static super::Dialect) -> I,
) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (dialect, known) in all().iter().enumerate() {
        places.extend(labels(known).enumerate().map(|(rank, label)| Place {
            label,
            dialect,
            rank,
        }));
    }
    crate::order::sort(&mut places);
    places
}

fn find(table: &'static [Place], label: &str) -> &'static [Place] {
    let start = table.partition_point(|place| place.label < label);
    let rest = table.get(start..).unwrap_or(&[]);
    let n = rest.iter().take_while(|place| place.label == label).count();
    rest.get(..n).unwrap_or(&[])
}

/// The words of each dialect's preamble that were seen so far. Rows are noted one by one: joining
/// the rows above anew for every candidate row would cost their product.
#[derive(Debug, Clone, Default)]
pub struct PreambleWords {
    /// One bit per word, one mask per dialect that has words.
    found: Vec<u32>,
    n_rows: usize,
}

/// Rows in which words are looked for.
const MAX_ROWS: usize = 60;

impl PreambleWords {
    /// Notes one more row above the headings.
    pub fn note(&mut self, row: &[String]) {
        self.n_rows += 1;
        if self.n_rows > MAX_ROWS {
            return;
        }
        let text = crate::letters::lowercase(&row.join(" "));
        self.found.resize(all().len(), 0);
        for (dialect, found) in all().iter().zip(&mut self.found) {
            for (at, word) in dialect.preamble.iter().enumerate() {
                *found |= u32::from(text.contains(word)) << at;
            }
        }
    }

    /// How many words of a dialect were seen.
    pub(super) fn count(&self, dialect: usize) -> usize {
        self.found
            .get(dialect)
            .map_or(0, |found| found.count_ones() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_is_found_at_its_first_place() {
        for (at, dialect) in all().iter().enumerate() {
            assert!(dialect.preamble.len() < 32, "{}", dialect.id);
            for column in dialect.columns {
                let known = Known::of(&crate::import::header::parse_heading(column.label));
                let first = dialect
                    .columns
                    .iter()
                    .position(|other| other.label == column.label)
                    .unwrap();
                assert_eq!(known.rank_in(at), Some((first, 0)), "{}", column.label);
            }
            for (rank, label) in dialect.signature.iter().enumerate() {
                assert_eq!(label.to_ascii_lowercase(), *label);
                let places = signatures(label);
                assert!(places
                    .iter()
                    .any(|place| (place.dialect, place.rank) == (at, rank)));
            }
        }
        for label in ["", "x", "time0x", "99999999999"] {
            let heading = Heading {
                label: label.to_string(),
                unit: None,
            };
            assert!(!Known::of(&heading).is_any(), "{label}");
        }
    }

    #[test]
    fn words_count_once_and_only_in_the_first_rows() {
        let row = |text: &str| vec![text.to_string()];
        let maccor = all().iter().position(|known| known.id == "maccor").unwrap();
        let mut words = PreambleWords::default();
        for text in ["Today's Date 01/01/2020", "TODAY'S DATE", ""] {
            words.note(&row(text));
        }
        assert_eq!(words.count(maccor), 1);
        for _ in 0..MAX_ROWS {
            words.note(&row("x"));
        }
        words.note(&row("Procedure: x"));
        assert_eq!(words.count(maccor), 1);
    }
}
