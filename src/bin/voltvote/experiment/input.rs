//! The labelled rows that experiments run on.

use super::Arguments;
use crate::failure::Failure;
use crate::{files, own_data};
use std::ops::ControlFlow;
use std::path::Path;
use voltvote::evaluate::{simulated, Fleet};
use voltvote::import::Manifest;
use voltvote::standardize::Params;

/// Reads or simulates features and labels; returns the fleet and what figures call it.
pub fn fleet(arguments: &Arguments) -> Result<(Fleet, String), Failure> {
    let (mut fleet, mut source) = match (arguments.simulated, &arguments.data, &arguments.labels) {
        (Some(n_cells), ..) => simulated_fleet(n_cells, arguments.fleet_seed)?,
        (None, Some(data), Some(labels)) => read_fleet(data, labels)?,
        _ => return Err(without_data()),
    };
    if let Some(words) = &arguments.source {
        source.clone_from(words);
    }
    if let Some(half) = &arguments.half {
        fleet = fleet.half(half == "second");
        source = format!("{source}, {half} half");
    }
    enough_classes(&fleet)?;
    Ok((fleet, source))
}

/// Neither files nor a simulated fleet were asked for.
pub fn without_data() -> Failure {
    Failure::new(
        "experiment-without-data",
        "give --data and --labels, or --simulated CELLS",
    )
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

/// A simulated fleet and its name on figures.
pub fn simulated_fleet(n_cells: u32, seed: u64) -> Result<(Fleet, String), Failure> {
    let (table, manifest) = simulated(n_cells, seed, &mut |_, _| ControlFlow::Continue(()))?;
    let source = format!("simulated fleet of this software, {n_cells} cells, seed {seed}");
    Ok((Fleet::labelled(&table, &manifest), source))
}

/// Features and labels from files; the name is that of the file or of the folder it lies in.
pub fn read_fleet(data: &Path, labels: &Path) -> Result<(Fleet, String), Failure> {
    let manifest = Manifest::parse(&files::read(labels)?)?;
    let table = own_data::load(data, Some(&manifest), &Params::default())?;
    let named = |path: &Path| Some(path.file_stem()?.to_string_lossy().into_owned());
    let source = named(data).unwrap_or_default();
    Ok((Fleet::labelled(&table, &manifest), source))
}
