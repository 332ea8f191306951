//! The labelled rows that experiments run on.

use super::Arguments;
use crate::failure::Failure;
use crate::{files, own_data};
use voltvote::evaluate::Fleet;
use voltvote::import::Manifest;
use voltvote::standardize::Params;

/// Reads features and labels.
pub fn fleet(arguments: &Arguments) -> Result<Fleet, Failure> {
    let manifest = Manifest::parse(&files::read(&arguments.labels)?)?;
    let table = own_data::load(&arguments.data, Some(&manifest), &Params::default())?;
    let names: Vec<Option<String>> = table
        .cell_ids
        .iter()
        .map(|id| {
            let row = manifest
                .row_of_cell(id)
                .or_else(|| manifest.row_of_file(id))?;
            let named = [&row.class, &row.cathode]
                .into_iter()
                .find(|name| !name.is_empty());
            named.cloned()
        })
        .collect();
    let mut fleet = Fleet::new(&table, &names);
    if let Some(half) = &arguments.half {
        fleet = fleet.half(half == "second");
    }
    enough_classes(&fleet)?;
    Ok(fleet)
}

/// Refuses a fleet of fewer than two classes.
pub fn enough_classes(fleet: &Fleet) -> Result<(), Failure> {
    if fleet.n_classes() < 2 {
        return Err(Failure::new(
            "experiment-too-few-classes",
            "the labelled rows are of fewer than two classes",
        ));
    }
    Ok(())
}
