//! The 1-D convolutional network of the peer-review file, beside the forest in one run.
//!
//! As described there: two convolutions (32 and 64 filters), pooling, dropout, a dense layer of
//! 128; SGD at 0.01 with momentum 0.9, 50 epochs, batches of 128, on the 1000-point curves of
//! charge and discharge. Left open there and ours: kernels of 3 points, pooling of 2 after both
//! convolutions, dropout of 0.25 on filters and 0.5 on the dense layer, He initialisation, one
//! mean and deviation per curve for all rows. Rows are bootstrapped to the published number; the
//! split is by physical battery, before.

use super::Arguments;
use crate::failure::Failure;
use crate::features::files_in;
use crate::files;
use candle_core::{DType, Device, Tensor, Var, D};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Value};
use std::time::Instant;
use voltvote::evaluate::split_by_battery;
use voltvote::features::extract;
use voltvote::forest::{Forest, Params};
use voltvote::import::{Importer, Manifest, Options};
use voltvote::simulate;

const N_POINTS: usize = 1000;
const FILTERS: [usize; 2] = [32, 64];
const KERNEL: usize = 3;
const DENSE: usize = 128;
const RATE: f64 = 0.01;
const MOMENTUM: f64 = 0.9;
const BATCH: usize = 128;
const KEPT: [f64; 2] = [0.75, 0.5];

/// Curves and features of labelled batteries.
struct Cells {
    ids: Vec<String>,
    labels: Vec<u16>,
    classes: Vec<String>,
    /// Charge, then discharge voltage, N_POINTS each.
    curves: Vec<Vec<f32>>,
    features: Vec<[f64; 30]>,
}

/// Trains and times both on the same split.
pub fn run(arguments: &Arguments, epochs: u32, rows_per_class: u32) -> Result<Value, Failure> {
    let cells = cells(arguments)?;
    let split = split_by_battery(&cells.ids, &cells.labels, 0.2, arguments.seed);
    let mut rng = ChaCha8Rng::seed_from_u64(arguments.seed);
    let train = bootstrapped(&cells, &split.train, rows_per_class, &mut rng);

    let started = Instant::now();
    let forest = {
        let x =
            ndarray::Array2::from_shape_fn((train.len(), 30), |(i, j)| cells.features[train[i]][j]);
        let y: Vec<u16> = train.iter().map(|&row| cells.labels[row]).collect();
        let params = Params {
            seed: arguments.seed,
            ..Params::default()
        };
        Forest::fit(x.view(), &y, cells.classes.len() as u16, &params)?
    };
    let forest_training_s = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let x = ndarray::Array2::from_shape_fn((split.test.len(), 30), |(i, j)| {
        cells.features[split.test[i]][j]
    });
    let voted = forest.predict(x.view())?;
    let forest_s = started.elapsed().as_secs_f64() / split.test.len().max(1) as f64;

    let started = Instant::now();
    let net = fit(&cells, &train, epochs, &mut rng).map_err(failed)?;
    let cnn_training_s = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let named = net.predict(&cells, &split.test).map_err(failed)?;
    let cnn_s = started.elapsed().as_secs_f64() / split.test.len().max(1) as f64;

    let accuracy = |answers: &[u16]| {
        let pairs = answers.iter().zip(&split.test);
        let right = pairs
            .filter(|(answer, &row)| **answer == cells.labels[row])
            .count();
        right as f64 / split.test.len().max(1) as f64
    };
    let (cnn_accuracy, forest_accuracy) = (accuracy(&named), accuracy(&voted));
    let per_row = train.len().max(1) as f64;
    Ok(json!({
        "experiment": "cnn",
        "split": "leak-free",
        "seed": arguments.seed,
        "epochs": epochs,
        "n_batteries": cells.ids.len(),
        "n_training_rows": train.len(),
        "n_test_batteries": split.test.len(),
        "classes": cells.classes,
        "cnn": {
            "accuracy": cnn_accuracy,
            "training_seconds": cnn_training_s,
            "training_seconds_per_sample": cnn_training_s / per_row,
            "seconds_per_sample": cnn_s,
        },
        "forest": {
            "accuracy": forest_accuracy,
            "training_seconds": forest_training_s,
            "training_seconds_per_sample": forest_training_s / per_row,
            "seconds_per_sample": forest_s,
        },
    }))
}

fn failed(error: candle_core::Error) -> Failure {
    Failure::new("cnn-failed", error.to_string())
}

/// Simulated or read batteries with both curves.
fn cells(arguments: &Arguments) -> Result<Cells, Failure> {
    let mut named: Vec<(String, String, Vec<u8>, Option<f64>)> = Vec::new();
    if let Some(n_cells) = arguments.simulated {
        let options = simulate::Options::default();
        for cell in simulate::fleet(n_cells, arguments.fleet_seed, &options) {
            let class = cell.class();
            let (name, nominal) = (class.name.to_owned(), Some(class.nominal_ah));
            named.push((cell.cell_id, name, cell.csv, nominal));
        }
    } else if let (Some(data), Some(labels)) = (&arguments.data, &arguments.labels) {
        let manifest = Manifest::parse(&files::read(labels)?)?;
        for path in files_in(std::slice::from_ref(data))? {
            let row = manifest.row_of_file(&path.display().to_string());
            let Some(row) = row.filter(|row| !row.class.is_empty() || !row.cathode.is_empty())
            else {
                continue;
            };
            let class = if row.class.is_empty() {
                &row.cathode
            } else {
                &row.class
            };
            let bytes = files::read(&path)?;
            named.push((row.cell_id.clone(), class.clone(), bytes, row.nominal_ah));
        }
    }
    let mut classes: Vec<String> = named.iter().map(|(_, class, ..)| class.clone()).collect();
    classes.sort();
    classes.dedup();
    let mut out = Cells {
        ids: Vec::new(),
        labels: Vec::new(),
        classes,
        curves: Vec::new(),
        features: Vec::new(),
    };
    for (id, class, bytes, nominal_ah) in named {
        let options = Options {
            nominal_ah,
            ..Options::default()
        };
        let mut importer = Importer::new(&format!("{id}.csv"), options);
        let wanted = importer
            .push(&bytes)
            .and_then(|()| importer.finish())
            .ok()
            .and_then(|file| file.cells.into_iter().next()?.wanted.ok());
        let Some(extracted) = wanted
            .and_then(|cycle| extract(&cycle, &voltvote::standardize::Params::default()).ok())
        else {
            eprintln!("warning[no-curves]: {id}: left out");
            continue;
        };
        let voltages = extracted
            .charge
            .voltage_v
            .iter()
            .chain(&extracted.discharge.voltage_v);
        let curves: Vec<f32> = voltages.map(|v| *v as f32).collect();
        if curves.len() == 2 * N_POINTS {
            out.labels
                .push(out.classes.binary_search(&class).unwrap_or(0) as u16);
            out.ids.push(id);
            out.curves.push(curves);
            out.features.push(extracted.values);
        }
    }
    if out.classes.len() < 2 || out.ids.len() < 10 {
        return Err(Failure::new(
            "experiment-too-few-classes",
            "the network needs cycler files of two classes: a folder and its manifest, or --simulated",
        ));
    }
    Ok(out)
}

/// Rows drawn with replacement, the same number per class.
fn bootstrapped(cells: &Cells, rows: &[usize], per_class: u32, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut out = Vec::new();
    for class in 0..cells.classes.len() {
        let of = |row: &&usize| usize::from(cells.labels[**row]) == class;
        let pool: Vec<usize> = rows.iter().filter(of).copied().collect();
        out.extend((0..per_class).filter_map(|_| pool.choose(rng)));
    }
    out.shuffle(rng);
    out
}

/// The network's weights, and the scale of its input.
struct Net {
    weights: Vec<Var>,
    /// Mean and standard deviation of the training voltages, charge and discharge.
    scale: [(f32, f32); 2],
}

impl Net {
    fn new(
        scale: [(f32, f32); 2],
        n_classes: usize,
        rng: &mut ChaCha8Rng,
    ) -> candle_core::Result<Self> {
        let flat = FILTERS[1] * (N_POINTS / 4);
        let mut weights = Vec::new();
        let shapes: [(&[usize], usize); 4] = [
            (&[FILTERS[0], 2, KERNEL], 2 * KERNEL),
            (&[FILTERS[1], FILTERS[0], KERNEL], FILTERS[0] * KERNEL),
            (&[flat, DENSE], flat),
            (&[DENSE, n_classes], DENSE),
        ];
        for (shape, fan_in) in shapes {
            // He et al. 2015: uniform with variance 2 / fan-in.
            let limit = (6.0 / fan_in as f32).sqrt();
            let n = shape.iter().product();
            let drawn: Vec<f32> = (0..n)
                .map(|_| (2.0 * rng.gen::<f32>() - 1.0) * limit)
                .collect();
            weights.push(Var::from_tensor(&Tensor::from_vec(
                drawn,
                shape,
                &Device::Cpu,
            )?)?);
            let width = if shape.len() == 3 { shape[0] } else { shape[1] };
            weights.push(Var::zeros(width, DType::F32, &Device::Cpu)?);
        }
        Ok(Self { weights, scale })
    }

    /// Curves of rows, shape (rows, 2, N_POINTS), scaled.
    fn input(&self, cells: &Cells, rows: &[usize]) -> candle_core::Result<Tensor> {
        let mut values = Vec::with_capacity(rows.len() * 2 * N_POINTS);
        for &row in rows {
            for (curve, (mean, sd)) in cells.curves[row].chunks(N_POINTS).zip(self.scale) {
                values.extend(curve.iter().map(|v| (v - mean) / sd));
            }
        }
        Tensor::from_vec(values, (rows.len(), 2, N_POINTS), &Device::Cpu)
    }

    /// Logits, shape (rows, classes); with a generator, dropout is on.
    fn forward(&self, x: &Tensor, dropout: Option<&mut ChaCha8Rng>) -> candle_core::Result<Tensor> {
        let n = x.dim(0)?;
        let mut x = x.clone();
        for (layer, filters) in FILTERS.iter().enumerate() {
            let bias = self.weights[2 * layer + 1].reshape((1, *filters, 1))?;
            x = x
                .conv1d(&self.weights[2 * layer], KERNEL / 2, 1, 1, 1)?
                .broadcast_add(&bias)?
                .relu()?;
            let length = x.dim(2)?;
            x = x.reshape((n, *filters, length / 2, 2))?.max(D::Minus1)?;
        }
        let mut masks = [None, None];
        if let Some(rng) = dropout {
            let shapes: [&[usize]; 2] = [&[n, FILTERS[1], 1], &[n, DENSE]];
            for ((mask, shape), kept) in masks.iter_mut().zip(shapes).zip(KEPT) {
                let draw = |_| {
                    if rng.gen::<f64>() < kept {
                        (1.0 / kept) as f32
                    } else {
                        0.0
                    }
                };
                let drawn: Vec<f32> = (0..shape.iter().product()).map(draw).collect();
                *mask = Some(Tensor::from_vec(drawn, shape, &Device::Cpu)?);
            }
        }
        if let [Some(mask), _] = &masks {
            x = x.broadcast_mul(mask)?;
        }
        let mut x = x
            .flatten_from(1)?
            .matmul(&self.weights[4])?
            .broadcast_add(&self.weights[5])?
            .relu()?;
        if let [_, Some(mask)] = &masks {
            x = (x * mask)?;
        }
        x.matmul(&self.weights[6])?.broadcast_add(&self.weights[7])
    }

    fn predict(&self, cells: &Cells, rows: &[usize]) -> candle_core::Result<Vec<u16>> {
        let mut out = Vec::new();
        for rows in rows.chunks(BATCH) {
            let logits = self.forward(&self.input(cells, rows)?, None)?;
            let classes: Vec<u32> = logits.argmax(D::Minus1)?.to_vec1()?;
            out.extend(classes.into_iter().map(|class| class as u16));
        }
        Ok(out)
    }
}

/// Stochastic gradient descent with momentum on the cross entropy.
fn fit(
    cells: &Cells,
    train: &[usize],
    epochs: u32,
    rng: &mut ChaCha8Rng,
) -> candle_core::Result<Net> {
    let mut scale = [(0.0, 1.0); 2];
    for (half, scale) in scale.iter_mut().enumerate() {
        let values = || {
            let part = half * N_POINTS..(half + 1) * N_POINTS;
            train
                .iter()
                .flat_map(move |&row| cells.curves[row][part.clone()].iter().copied())
        };
        let n = (train.len() * N_POINTS).max(1) as f32;
        let mean = values().sum::<f32>() / n;
        let variance = values().map(|v| (v - mean) * (v - mean)).sum::<f32>() / n;
        *scale = (mean, variance.sqrt().max(1e-6));
    }
    let net = Net::new(scale, cells.classes.len(), rng)?;
    let mut velocities = Vec::new();
    for weights in &net.weights {
        velocities.push(weights.zeros_like()?);
    }
    let mut order = train.to_vec();
    for epoch in 1..=epochs {
        order.shuffle(rng);
        let mut loss_sum = 0.0;
        for rows in order.chunks(BATCH) {
            let labels: Vec<u32> = rows.iter().map(|&row| cells.labels[row].into()).collect();
            let labels = Tensor::from_vec(labels, (rows.len(), 1), &Device::Cpu)?;
            let logits = net.forward(&net.input(cells, rows)?, Some(rng))?;
            let chosen = logits.gather(&labels, 1)?.squeeze(1)?;
            let loss = (logits.log_sum_exp(1)? - chosen)?.mean_all()?;
            let gradients = loss.backward()?;
            for (weights, velocity) in net.weights.iter().zip(&mut velocities) {
                if let Some(gradient) = gradients.get(weights) {
                    *velocity = ((&*velocity * MOMENTUM)? + gradient)?.detach();
                    weights.set(&(weights.as_tensor() - (&*velocity * RATE)?)?)?;
                }
            }
            loss_sum += loss.to_scalar::<f32>()? * rows.len() as f32;
        }
        eprintln!(
            "epoch {epoch} of {epochs}: loss {:.3}",
            loss_sum / order.len() as f32
        );
    }
    Ok(net)
}
