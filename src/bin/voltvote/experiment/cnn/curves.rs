//! What the network and the forest are held against each other on: curves and their features.

use crate::failure::Failure;
use crate::features::files_in;
use crate::files;
use ndarray::Array2;
use std::path::Path;
use voltvote::features::extract;
use voltvote::import::{Importer, Manifest, Options};
use voltvote::simulate;
use voltvote::standardize::Params;

/// Points per curve.
const N_POINTS: usize = 1000;

/// Labelled curves of charge and discharge.
pub struct Curves {
    /// Class per row.
    pub labels: Vec<u16>,
    /// Number of classes.
    pub n_classes: usize,
    /// Points per curve.
    pub n_points: usize,
    /// Charge, then discharge, row after row, V.
    pub voltage_v: Vec<f32>,
}

impl Curves {
    /// Charge and discharge of a row.
    pub fn of(&self, row: usize) -> impl Iterator<Item = &[f32]> {
        let width = 2 * self.n_points;
        let cells = self.voltage_v.get(row * width..(row + 1) * width);
        cells.unwrap_or_default().chunks(self.n_points)
    }

    /// Mean and standard deviation over rows of charge (0) or discharge (1), V.
    pub fn scale(&self, rows: &[usize], half: usize) -> (f32, f32) {
        let values = || {
            let curves = rows.iter().filter_map(|&row| self.of(row).nth(half));
            curves.flatten().map(|v| f64::from(*v))
        };
        let n = (rows.len() * self.n_points).max(1) as f64;
        let mean = values().sum::<f64>() / n;
        let variance = values().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
        (mean as f32, variance.sqrt().max(1e-6) as f32)
    }
}

/// Batteries with both curves and their features.
pub struct Cells {
    /// Physical battery per row.
    pub batteries: Vec<String>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Their curves.
    pub curves: Curves,
    /// The 30 features, shape (rows, 30).
    pub features: Array2<f64>,
    /// Where they come from.
    pub source: String,
}

/// A battery's file and what is known about it.
struct Known {
    battery: String,
    class: String,
    bytes: Vec<u8>,
    nominal_ah: Option<f64>,
}

/// Cells of the simulator, as [`super::super::input::simulated_fleet`].
pub fn simulated_cells(n_cells: u32, seed: u64) -> Result<Cells, Failure> {
    let cells = simulate::fleet(n_cells, seed, &simulate::Options::default());
    let known = cells.into_iter().map(|cell| Known {
        battery: cell.cell_id.clone(),
        class: cell.class().name.to_owned(),
        nominal_ah: Some(cell.class().nominal_ah),
        bytes: cell.csv,
    });
    let source = format!("simulated fleet of this software, {n_cells} cells, seed {seed}");
    gathered(known.collect(), source)
}

/// The labelled cycler files of a folder.
pub fn read_cells(folder: &Path, labels: &Path) -> Result<Cells, Failure> {
    let manifest = Manifest::parse(&files::read(labels)?)?;
    let mut known = Vec::new();
    for path in files_in(&[folder.to_path_buf()])? {
        let Some(row) = manifest.row_of_file(&path.display().to_string()) else {
            continue;
        };
        let first = |names: [&String; 2]| {
            let mut names = names.into_iter();
            names.find(|name| !name.is_empty()).cloned()
        };
        let class = first([&row.class, &row.cathode]);
        let battery = first([&row.battery, &row.cell_id]);
        if let Some((class, battery)) = class.zip(battery) {
            known.push(Known {
                battery,
                class,
                bytes: files::read(&path)?,
                nominal_ah: row.nominal_ah,
            });
        }
    }
    let name = folder.file_stem().unwrap_or_default();
    gathered(known, name.to_string_lossy().into_owned())
}

fn gathered(known: Vec<Known>, source: String) -> Result<Cells, Failure> {
    let mut classes: Vec<String> = known.iter().map(|known| known.class.clone()).collect();
    classes.sort();
    classes.dedup();
    let mut batteries = Vec::new();
    let mut features = Vec::new();
    let mut curves = Curves {
        labels: Vec::new(),
        n_classes: classes.len(),
        n_points: N_POINTS,
        voltage_v: Vec::new(),
    };
    for known in known {
        let Some((values, voltage_v)) = standardized(&known) else {
            eprintln!("warning[no-curves]: {}: left out", known.battery);
            continue;
        };
        let class = classes.binary_search(&known.class).unwrap_or(0);
        curves.labels.push(class as u16);
        curves.voltage_v.extend(voltage_v);
        features.extend(values);
        batteries.push(known.battery);
    }
    let too_few = || {
        Failure::new(
            "experiment-too-few-classes",
            "the network needs cycler files of two classes: a folder and its manifest, or --simulated",
        )
    };
    if classes.len() < 2 {
        return Err(too_few());
    }
    let shape = (batteries.len(), features.len() / batteries.len().max(1));
    Ok(Cells {
        features: Array2::from_shape_vec(shape, features).map_err(|_| too_few())?,
        batteries,
        classes,
        curves,
        source,
    })
}

/// Features, and the voltages of charge and discharge, of the first cell of a file.
fn standardized(known: &Known) -> Option<([f64; 30], Vec<f32>)> {
    let options = Options {
        nominal_ah: known.nominal_ah,
        ..Options::default()
    };
    let mut importer = Importer::new(&format!("{}.csv", known.battery), options);
    importer.push(&known.bytes).ok()?;
    let wanted = importer.finish().ok()?.cells.into_iter().next()?.wanted;
    let extracted = extract(&wanted.ok()?, &Params::default()).ok()?;
    let curves = [&extracted.charge.voltage_v, &extracted.discharge.voltage_v];
    let voltage_v: Vec<f32> = curves.into_iter().flatten().map(|v| *v as f32).collect();
    (voltage_v.len() == 2 * N_POINTS).then_some((extracted.values, voltage_v))
}
