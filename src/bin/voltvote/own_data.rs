//! A collaborator's own batteries: a feature table, or a folder of cycler files.

use crate::failure::Failure;
use crate::files;
use std::path::Path;
use voltvote::features::FeatureTable;

/// Reads `features.csv`, given itself or as the folder it lies in.
pub fn load(path: &Path) -> Result<FeatureTable, Failure> {
    if path.is_dir() {
        let table = path.join("features.csv");
        if table.is_file() {
            return load(&table);
        }
        return Err(Failure::new(
            "data-no-features",
            format!(
                "{}: no features.csv; make one with `voltvote features`",
                path.display()
            ),
        ));
    }
    Ok(FeatureTable::from_csv(&files::read(path)?)?)
}
