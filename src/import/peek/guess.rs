//! What each column probably holds: by its heading, else by its values.

use super::is_data;
use crate::import::dialects;
use crate::import::header::{parse_heading, Quantity};
use crate::import::mapping::MappedColumn;
use crate::import::number;

/// Parts of headings, the likelier quantity first.
const STEMS: &[(&str, Quantity)] = &[
    ("volt", Quantity::Voltage),
    ("potential", Quantity::Voltage),
    ("spannung", Quantity::Voltage),
    ("电压", Quantity::Voltage),
    ("curr", Quantity::Current),
    ("amps", Quantity::Current),
    ("strom", Quantity::Current),
    ("电流", Quantity::Current),
    ("time", Quantity::Time),
    ("zeit", Quantity::Time),
    ("sec", Quantity::Time),
    ("时间", Quantity::Time),
];

/// Columns that the headings, else the values, suggest; and whether the heading said so alone.
pub fn guess(headings: &[String], rows: &[&Vec<String>], decimal: u8) -> Vec<(MappedColumn, bool)> {
    let mut found: Vec<(usize, Quantity, String, bool)> = Vec::new();
    let units = rows.first().filter(|row| !is_data(Some(row), decimal));
    if let Some(known) = dialects::identify(
        headings,
        units.map(|row| row.as_slice()),
        &Default::default(),
    ) {
        for role in known.roles.iter().filter(|role| role.channel == 0) {
            let asked = known
                .ambiguous
                .iter()
                .any(|(quantity, _)| *quantity == role.quantity);
            found.push((role.index, role.quantity, role.unit.clone(), !asked));
        }
        for (quantity, columns) in &known.ambiguous {
            if !found.iter().any(|(_, known, _, _)| known == quantity) {
                found.extend(
                    columns
                        .first()
                        .map(|at| (*at, *quantity, String::new(), false)),
                );
            }
        }
    }
    let labels: Vec<_> = headings.iter().map(|cell| parse_heading(cell)).collect();
    for (stem, quantity) in STEMS {
        if has(&found, *quantity) {
            continue;
        }
        let at = labels.iter().enumerate().position(|(at, heading)| {
            heading.label.contains(stem) && !found.iter().any(|(taken, ..)| *taken == at)
        });
        if let Some(at) = at {
            let unit = labels.get(at).and_then(|heading| heading.unit.clone());
            let unit = unit.filter(|unit| quantity.factor(unit).is_some());
            found.push((at, *quantity, unit.unwrap_or_default(), false));
        }
    }
    by_values(&mut found, headings.len(), rows, decimal);
    found
        .into_iter()
        .map(|(at, quantity, unit, is_sure)| {
            let title = headings.get(at).map_or("", String::as_str);
            let is_unique = headings.iter().filter(|other| *other == title).count() == 1;
            let column = MappedColumn {
                heading: if is_unique && !title.is_empty() {
                    title.to_string()
                } else {
                    format!("#{}", at + 1)
                },
                quantity,
                unit,
                channel: 0,
            };
            (column, is_sure)
        })
        .collect()
}

fn has(found: &[(usize, Quantity, String, bool)], quantity: Quantity) -> bool {
    let is_time = |quantity| {
        matches!(
            quantity,
            Quantity::Time | Quantity::StepTime | Quantity::Clock
        )
    };
    found
        .iter()
        .any(|(_, known, ..)| *known == quantity || (is_time(*known) && is_time(quantity)))
}

/// A quantity, its unit, and what values must be like to be taken for it.
type Guess<'a> = (Quantity, &'a str, &'a dyn Fn(&[f64]) -> bool);

/// What no heading tells, the values may: time runs, a cell has 1 to 5 V, current turns.
fn by_values(
    found: &mut Vec<(usize, Quantity, String, bool)>,
    n_columns: usize,
    rows: &[&Vec<String>],
    decimal: u8,
) {
    let values: Vec<Vec<f64>> = (0..n_columns)
        .map(|at| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            cells
                .filter_map(|cell| number::parse(cell.as_bytes(), decimal))
                .collect()
        })
        .collect();
    let rises = |column: &[f64]| {
        column.len() > 2
            && column.windows(2).all(|pair| pair[0] <= pair[1])
            && column.first() < column.last()
    };
    let within = |column: &[f64], low: f64, high: f64| {
        column.len() > 2 && column.iter().all(|value| (low..=high).contains(value))
    };
    // A counter 1, 2, 3 of rows is no time.
    let counts = |column: &[f64]| column.windows(2).all(|pair| pair[1] - pair[0] == 1.0);
    let varies = |column: &[f64]| column.iter().any(|value| Some(value) != column.first());
    let tests: [Guess; 7] = [
        (Quantity::Time, "", &|column| {
            rises(column) && !counts(column)
        }),
        (Quantity::Time, "", &rises),
        (Quantity::Voltage, "", &|column| {
            within(column, 1.0, 5.0) && varies(column)
        }),
        (Quantity::Voltage, "mV", &|column| {
            within(column, 1000.0, 5000.0) && varies(column)
        }),
        (Quantity::Current, "", &|column| {
            column.iter().any(|value| *value < 0.0)
        }),
        (Quantity::Current, "", &varies),
        // One charge at constant current, so far.
        (Quantity::Current, "", &|column| column.len() > 2),
    ];
    for (quantity, unit, fits) in tests {
        if has(found, quantity) {
            continue;
        }
        let at = values
            .iter()
            .enumerate()
            .position(|(at, column)| !found.iter().any(|(taken, ..)| *taken == at) && fits(column));
        found.extend(at.map(|at| (at, quantity, unit.to_string(), false)));
    }
}
