//! A simulated fleet as labelled features, by way of its cycler files.

use crate::features::{extract, FeatureTable, Schema};
use crate::forest::ForestError;
use crate::import::{Importer, Manifest, Options};
use crate::simulate;
use crate::standardize::Params;
use std::ops::ControlFlow;

/// Simulates `n_cells` batteries, writes, reads and standardises their files, and returns the
/// features with the manifest that labels them. `report` gets the batteries done and all.
///
/// # Errors
/// [`ForestError::Cancelled`] when `report` breaks off.
pub fn simulated(
    n_cells: u32,
    seed: u64,
    report: &mut dyn FnMut(u32, u32) -> ControlFlow<()>,
) -> Result<(FeatureTable, Manifest), ForestError> {
    let cells = simulate::fleet(n_cells, seed, &simulate::Options::default());
    let labels = simulate::manifest(&cells.iter().collect::<Vec<_>>());
    // The simulator's own manifest is well-formed.
    let manifest = Manifest::parse(&labels).unwrap_or_default();
    let mut table = FeatureTable::new(Schema::cycle_30());
    for (done, cell) in (1..).zip(&cells) {
        // A file that gives no features is left out, as it would be on a page.
        if let Some((values, soh)) = features(cell) {
            let _ = table.push(&cell.cell_id, &values, soh);
        }
        if report(done, n_cells).is_break() {
            return Err(ForestError::Cancelled);
        }
    }
    Ok((table, manifest))
}

fn features(cell: &simulate::SimulatedCell) -> Option<(Vec<f64>, Option<f64>)> {
    let options = Options {
        nominal_ah: Some(cell.class().nominal_ah),
        ..Options::default()
    };
    let mut importer = Importer::new(&cell.file, options);
    importer.push(&cell.csv).ok()?;
    let wanted = importer
        .finish()
        .ok()?
        .cells
        .into_iter()
        .next()?
        .wanted
        .ok()?;
    let extracted = extract(&wanted, &Params::default()).ok()?;
    Some((extracted.values.to_vec(), extracted.soh))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Fleet;

    #[test]
    fn every_battery_has_features_and_a_label() {
        let mut seen = 0;
        let (table, manifest) = simulated(12, 4, &mut |done, _| {
            seen = done;
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!((table.len(), seen), (12, 12));
        let fleet = Fleet::labelled(&table, &manifest);
        assert_eq!(fleet.len(), 12);
        assert!(fleet.n_classes() > 3 && fleet.n_makers() > 3);
        let broken = simulated(3, 4, &mut |_, _| ControlFlow::Break(()));
        assert_eq!(broken, Err(ForestError::Cancelled));
    }
}
