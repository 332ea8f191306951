//! `voltvote features PATH... --out features.csv`

use crate::failure::Failure;
use crate::files;
use crate::inspect::import;
use serde_json::{json, Value};
use std::path::{Path, PathBuf};
use voltvote::error::Coded;
use voltvote::features::{extract, Extracted, FeatureTable, Schema};
use voltvote::import::{group, Cell, Manifest, Mapping, Options};
use voltvote::standardize::{CapacityBasis, Curve, MedianEnds, OutlierScope, Params};

/// Endings of files that a folder may hold cells in.
const ENDINGS: [&str; 11] = [
    "csv", "txt", "text", "tsv", "dat", "bdf", "mpt", "xlsx", "json", "gz", "zip",
];

/// Arguments of `features`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Cycler files, or folders. Of a folder, the files directly in it are taken, but no hidden
    /// file, no `manifest.csv`, and nothing in folders inside it.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Names and nominal capacities of files: file,cell_id,cathode,nominal_ah,...
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// Nominal capacity in Ah of cells that neither manifest nor file gives one for.
    #[arg(long, value_name = "AH")]
    nominal: Option<f64>,
    /// Take the full cycle nearest this state of health (0.8 for 80 %) instead of the last.
    #[arg(long)]
    soh: Option<f64>,
    /// Columns chosen by hand, for files that are not recognised.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Feature table to write.
    #[arg(long)]
    out: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Features to extract; cycle-chem/1 is experimental.
    #[arg(long, value_parser = ["cycle-30/1", "cycle-chem/1"], default_value = "cycle-30/1")]
    schema: String,
    #[command(flatten)]
    parameters: Parameters,
}

/// Standardisation parameters; the defaults are those of a new round.
#[derive(clap::Args)]
pub struct Parameters {
    /// Rows that outliers are judged by: a moving window, or the whole half cycle as published.
    #[arg(long, value_parser = ["window", "cycle"], default_value = "window")]
    outlier_scope: String,
    /// Median absolute deviations that make an outlier.
    #[arg(long, default_value_t = Params::default().n_mad)]
    n_mad: f64,
    /// Rows under the moving median.
    #[arg(long, default_value_t = Params::default().median_window)]
    median_window: u32,
    /// Ends of the moving median: reflect, or shrink as MATLAB's movmedian does.
    #[arg(long, value_parser = ["reflect", "shrink"], default_value = "reflect")]
    median_ends: String,
    /// Points per curve.
    #[arg(long, default_value_t = Params::default().n_points)]
    points: u32,
    /// Whether dQ/dV is per nominal capacity or in Ah/V.
    #[arg(long, value_parser = ["nominal", "ampere-hour"], default_value = "nominal")]
    capacity_basis: String,
}

impl Parameters {
    /// As the core takes them.
    pub fn params(&self) -> Params {
        Params {
            outlier_scope: match self.outlier_scope.as_str() {
                "cycle" => OutlierScope::Cycle,
                _ => OutlierScope::Window,
            },
            n_mad: self.n_mad,
            median_window: self.median_window,
            median_ends: match self.median_ends.as_str() {
                "shrink" => MedianEnds::Shrink,
                _ => MedianEnds::Reflect,
            },
            n_points: self.points,
            capacity_basis: match self.capacity_basis.as_str() {
                "ampere-hour" => CapacityBasis::AmpereHour,
                _ => CapacityBasis::Nominal,
            },
            ..Params::default()
        }
    }
}

/// Writes the feature table. A file or cell that gives no features is named on stderr and left
/// out; it is an error if none does.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let manifest = match &arguments.manifest {
        Some(path) => Some(Manifest::parse(&files::read(path)?)?),
        None => None,
    };
    let params = arguments.parameters.params();
    let schema = match arguments.schema.as_str() {
        "cycle-chem/1" => Schema::cycle_chem(),
        _ => Schema::cycle_30(),
    };
    let mapping = match &arguments.mapping {
        Some(path) => Some(Mapping::parse(&files::read(path)?)?),
        None => None,
    };
    let known = Known {
        manifest: manifest.as_ref(),
        nominal_ah: arguments.nominal,
        soh: arguments.soh,
        mapping,
    };
    let fleet = read_features(&arguments.paths, schema, &known, &params)?;
    for problem in &fleet.problems {
        eprintln!("{problem}");
    }
    files::write(&arguments.out, fleet.table.to_csv().as_bytes())?;
    if arguments.json {
        println!(
            "{}",
            json!({
                "schema": fleet.table.schema.id,
                "n_batteries": fleet.table.len(),
                "out": arguments.out.display().to_string(),
                "batteries": fleet.batteries,
                "problems": fleet.problems.iter().map(Problem::json).collect::<Vec<Value>>(),
            })
        );
    } else {
        println!(
            "{} batteries, {} features each, in {}",
            fleet.table.len(),
            fleet.table.schema.len(),
            arguments.out.display()
        );
    }
    Ok(())
}

/// Features of some batteries, and what stood in the way of others.
pub struct Fleet {
    /// The features.
    pub table: FeatureTable,
    /// What was done to each battery, in the order of the table.
    pub batteries: Vec<Value>,
    /// Files and cells that gave no features, and cautions.
    pub problems: Vec<Problem>,
}

/// Something to say about a file or cell.
pub struct Problem {
    subject: String,
    code: String,
    words: String,
}

impl Problem {
    fn new(subject: &str, code: &str, words: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            code: code.into(),
            words: words.into(),
        }
    }

    fn json(&self) -> Value {
        json!({ "subject": self.subject, "code": self.code, "message": self.words })
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "warning[{}]: {}: {}",
            self.code, self.subject, self.words
        )
    }
}

/// What is known of files before they are read.
#[derive(Default)]
pub struct Known<'a> {
    /// Names and nominal capacities.
    pub manifest: Option<&'a Manifest>,
    /// Nominal capacity, Ah, of cells that have none otherwise.
    pub nominal_ah: Option<f64>,
    /// Take the full cycle nearest this state of health instead of the last.
    pub soh: Option<f64>,
    /// Columns of files that are not recognised.
    pub mapping: Option<Mapping>,
}

/// Imports files and extracts the features of every cell in them.
pub fn read_features(
    paths: &[PathBuf],
    schema: Schema,
    known: &Known<'_>,
    params: &Params,
) -> Result<Fleet, Failure> {
    let (manifest, nominal_ah) = (known.manifest, known.nominal_ah);
    let mut problems = Vec::new();
    let mut imported = Vec::new();
    for path in files_in(paths)? {
        let name = path.display().to_string();
        let row = manifest.and_then(|manifest| manifest.row_of_file(&name));
        let options = Options {
            // A file's own capacity goes before --nominal, but a wanted SOH needs one beforehand.
            nominal_ah: row
                .and_then(|row| row.nominal_ah)
                .or(nominal_ah.filter(|_| known.soh.is_some())),
            soh: known.soh,
            mapping: known.mapping.clone(),
            cell_id: row.map(|row| row.cell_id.clone()),
            ..Options::default()
        };
        match import(&path, options) {
            Ok(file) => imported.push(file),
            Err(unread) => {
                problems.push(Problem::new(&name, unread.code(), unread.to_string()));
            }
        }
    }
    let mut fleet = Fleet {
        table: FeatureTable::new(schema),
        batteries: Vec::new(),
        problems,
    };
    for cell in group(imported, manifest) {
        fleet.add(cell, nominal_ah, params);
    }
    if fleet.table.is_empty() {
        for problem in &fleet.problems {
            eprintln!("{problem}");
        }
        return Err(Failure::new(
            "no-features",
            "no file gave a battery's features",
        ));
    }
    Ok(fleet)
}

impl Fleet {
    fn add(&mut self, cell: Cell, nominal_ah: Option<f64>, params: &Params) {
        let id = &cell.cell_id;
        let mut cycle = match cell.wanted {
            Ok(cycle) => cycle,
            Err(error) => {
                self.problems
                    .push(Problem::new(id, error.code(), error.to_string()));
                return;
            }
        };
        cycle.nominal_ah = cycle.nominal_ah.or(nominal_ah);
        let extracted = match extract(&cycle, params) {
            Ok(extracted) => extracted,
            Err(error) => {
                self.problems
                    .push(Problem::new(id, error.code(), error.to_string()));
                return;
            }
        };
        let chemistry = extracted.chemistry();
        let values = if self.table.schema == Schema::cycle_chem() {
            &chemistry[..]
        } else {
            &extracted.values
        };
        if let Err(error) = self.table.push(id, values, extracted.soh) {
            self.problems
                .push(Problem::new(id, error.code(), error.to_string()));
            return;
        }
        if extracted.nominal_assumed {
            let words = "nominal capacity unknown: dQ/dV is per measured discharge capacity \
                         instead, too high by 1/SOH; give --nominal or a manifest";
            self.problems
                .push(Problem::new(id, "nominal-unknown", words));
        }
        if extracted.is_above_retirement(params) == Some(true) {
            let words = "discharge capacity above the retirement threshold";
            self.problems.push(Problem::new(id, "not-retired", words));
        }
        self.batteries
            .push(battery_json(id, &cell.files, cycle.cycle, &extracted));
    }
}

fn battery_json(cell_id: &str, files: &[String], cycle: u32, extracted: &Extracted) -> Value {
    let steps = |curve: &Curve| {
        let counts = curve.counts;
        json!({
            "rows": counts.n_rows, "constant_current": counts.n_constant_current,
            "missing_filled": counts.n_missing, "outliers_replaced": counts.n_outliers,
            "median_changed": counts.n_smoothed, "monotone_pooled": counts.n_pooled,
        })
    };
    json!({
        "cell_id": cell_id, "files": files, "cycle": cycle, "soh": extracted.soh,
        "nominal_assumed": extracted.nominal_assumed,
        "charge": steps(&extracted.charge), "discharge": steps(&extracted.discharge),
    })
}

/// The files named, and those directly in the folders named, sorted by name.
pub fn files_in(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let unreadable = |error: std::io::Error| {
            Failure::new("folder-unreadable", format!("{}: {error}", path.display()))
        };
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?.path();
            if entry.is_file() && may_hold_cells(&entry) {
                inside.push(entry);
            }
        }
        inside.sort();
        found.extend(inside);
    }
    Ok(found)
}

fn may_hold_cells(path: &Path) -> bool {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let ending = name.rsplit('.').next().unwrap_or_default();
    !name.starts_with('.') && name != "manifest.csv" && ENDINGS.contains(&ending)
}
