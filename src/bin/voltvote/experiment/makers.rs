//! `voltvote experiment makers`: batteries of makers that nobody knows.

use super::{input, Arguments};
use crate::failure::Failure;
use crate::{files, own_data};
use serde_json::{json, Value};
use voltvote::evaluate::{makers_report, Fleet, UnseenMakers};
use voltvote::features::FeatureTable;
use voltvote::import::{Manifest, ManifestRow};
use voltvote::round::Cathode;
use voltvote::standardize::Params;

/// Leaves one maker out after another; asks about the cells of `--others` too where given.
pub fn report(arguments: &Arguments) -> Result<Value, Failure> {
    let (Some(data), Some(labels)) = (&arguments.data, &arguments.labels) else {
        return Err(input::without_data());
    };
    let manifest = Manifest::parse(&files::read(labels)?)?;
    let table = own_data::load(data, Some(&manifest), &Params::default())?;
    let (fleet, makers) = by_cathode(&table, &manifest);
    input::enough_classes(&fleet)?;
    let unseen = UnseenMakers {
        known: &fleet,
        makers: &makers,
        runs: arguments.runs,
        seed: arguments.seed,
    };
    let mut report = json!({
        "experiment": "makers",
        "columns": fleet.columns,
        "runs": arguments.runs,
        "seed": arguments.seed,
        "software": concat!("voltvote ", env!("CARGO_PKG_VERSION")),
        "leave_one_out": makers_report(&unseen.leave_one_out()?),
    });
    if let (Some(data), Some(labels)) = (&arguments.others, &arguments.others_labels) {
        let manifest = Manifest::parse(&files::read(labels)?)?;
        let table = own_data::load(data, Some(&manifest), &Params::default())?;
        // Cells of unknown cathode stay in: they are asked about, not judged.
        let (others, makers) = by_cathode(&table, &manifest);
        let cathodes: Vec<Option<Cathode>> = others
            .labels
            .iter()
            .map(|label| others.catalogue.classes.get(usize::from(*label))?.cathode)
            .collect();
        report["others"] = makers_report(&unseen.ask_others(&others, &makers, &cathodes)?);
    }
    Ok(report)
}

/// Rows labelled by cathode, and the maker of each.
fn by_cathode(table: &FeatureTable, manifest: &Manifest) -> (Fleet, Vec<String>) {
    let rows: Vec<Option<&ManifestRow>> = table
        .cell_ids
        .iter()
        .map(|id| {
            manifest
                .row_of_cell(id)
                .or_else(|| manifest.row_of_file(id))
        })
        .collect();
    let names: Vec<Option<String>> = rows
        .iter()
        .map(|row| row.map(|row| row.cathode.clone()))
        .collect();
    let makers = rows
        .iter()
        .zip(&names)
        .filter(|(_, name)| name.is_some())
        .map(|(row, _)| row.map(|row| row.maker.clone()).unwrap_or_default());
    (Fleet::new(table, &names), makers.collect())
}

/// Shares per maker.
pub fn show(report: &Value) {
    for (part, title) in [
        ("leave_one_out", "one maker left out"),
        ("others", "other cells"),
    ] {
        let figures = |value: &Value| {
            let of = |name: &str| match value[name].as_f64() {
                Some(value) => format!("{value:.3}"),
                None => "-".into(),
            };
            format!(
                "family {}  cathode {}  familiarity AUROC {}",
                of("family"),
                of("cathode"),
                of("familiarity_auroc")
            )
        };
        let Some(makers) = report[part]["makers"].as_object() else {
            continue;
        };
        println!("{title}: {}", figures(&report[part]));
        for (maker, value) in makers {
            println!("  {maker:<14} {}  said {}", figures(value), value["said"]);
        }
    }
}
