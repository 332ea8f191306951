//! Labels of batteries by their manifest, as classes of a round.

use voltvote::import::Manifest;
use voltvote::round::Catalogue;

/// Class of each battery: the manifest's `class` if the catalogue has it, else its `cathode`;
/// `None` where the manifest has no such battery or neither name is in the catalogue.
pub fn classes_of(
    cell_ids: &[String],
    manifest: &Manifest,
    catalogue: &Catalogue,
) -> Vec<Option<usize>> {
    let class = |id: &String| {
        let row = manifest
            .row_of_cell(id)
            .or_else(|| manifest.row_of_file(id))?;
        [&row.class, &row.cathode]
            .into_iter()
            .find_map(|name| catalogue.index_of(name))
    };
    cell_ids.iter().map(class).collect()
}
