//! Batteries as a feature table: `features.csv`, or a folder of cycler files.

use crate::failure::Failure;
use crate::features::{read_features, Known};
use crate::files;
use std::path::Path;
use voltvote::features::{FeatureTable, Schema};
use voltvote::import::Manifest;
use voltvote::standardize::Params;

/// Reads a feature table, given itself or as the folder it lies in; of any other folder, imports
/// the cycler files and extracts their features under the parameters of the round.
///
/// Names and nominal capacities come from `manifest`, else from the folder's own `manifest.csv`.
pub fn load(
    path: &Path,
    manifest: Option<&Manifest>,
    params: &Params,
) -> Result<FeatureTable, Failure> {
    if !path.is_dir() {
        return Ok(FeatureTable::from_csv(&files::read(path)?)?);
    }
    let table = path.join("features.csv");
    if table.is_file() {
        return load(&table, manifest, params);
    }
    let beside = path.join("manifest.csv");
    let own_manifest = match manifest {
        None if beside.is_file() => Some(Manifest::parse(&files::read(&beside)?)?),
        _ => None,
    };
    let manifest = manifest.or(own_manifest.as_ref());
    let known = Known {
        manifest,
        ..Known::default()
    };
    let fleet = read_features(&[path.to_path_buf()], Schema::cycle_30(), &known, params)?;
    for problem in &fleet.problems {
        eprintln!("{problem}");
    }
    Ok(fleet.table)
}
