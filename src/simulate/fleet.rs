//! Fleets: cells drawn at random, aged to retirement, cycled once, written as files.

use super::balance::{Ageing, Balance};
use super::battery_archive::{self, fixed};
use super::classes::{CellClass, CLASSES};
use super::draw::Draw;
use super::dynamics::{Cell, Kinetics};
use super::faults::{self, Faults};
use super::potential::Potential;
use super::protocol::{discharged, run, Protocol, Sampling, FINE_STEP_S};

/// What a fleet is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Cells per class in proportion; a class with weight 0 does not occur. Default: the sizes
    /// of the paper's data set.
    pub weights: [u32; CLASSES.len()],
    /// Share of files with noise, blanks or outliers.
    pub faulty_share: f64,
    /// Share of files with a partial cycle before the full one.
    pub partial_first_share: f64,
    /// Lowest and highest state of health (discharge capacity over nominal).
    pub soh: (f64, f64),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            weights: CLASSES.map(|class| class.share),
            faulty_share: 1.0 / 3.0,
            partial_first_share: 1.0 / 3.0,
            soh: (0.71, 0.895),
        }
    }
}

/// A simulated battery and its file.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedCell {
    /// File name, `sim_….csv`; it does not tell the class.
    pub file: String,
    /// Battery identifier.
    pub cell_id: String,
    /// Index into [`CLASSES`].
    pub class_index: usize,
    /// Battery Archive CSV.
    pub csv: Vec<u8>,
    /// Rows in the file.
    pub n_rows: usize,
    /// Discharge capacity of the full cycle, Ah, before measurement faults.
    pub capacity_ah: f64,
    /// Losses.
    pub ageing: Ageing,
    /// Ohmic resistance at 25 °C.
    pub r_ohm: f64,
    /// Chamber temperature, °C.
    pub ambient_c: f64,
    /// Schedule.
    pub protocol: Protocol,
    /// Measurement faults.
    pub faults: Faults,
}

impl SimulatedCell {
    /// The class of this battery.
    pub fn class(&self) -> &'static CellClass {
        // `class_index` is made by this module; the first class stands in for a hand-made one.
        CLASSES.get(self.class_index).unwrap_or(&CLASSES[0])
    }

    /// Discharge capacity over nominal capacity.
    pub fn soh(&self) -> f64 {
        self.capacity_ah / self.class().nominal_ah
    }
}

/// Half-cell tables of the classes, made once per fleet.
pub struct Library {
    electrodes: Vec<(Potential, Potential)>,
}

impl Library {
    /// Tabulates the electrodes of all classes.
    pub fn new() -> Self {
        Self {
            electrodes: CLASSES
                .iter()
                .map(|class| (class.positive.potential(), Potential::of(&class.negative)))
                .collect(),
        }
    }
}

impl Default for Library {
    fn default() -> Self {
        Self::new()
    }
}

/// Class of each of `n_cells` cells: the weights' proportions, rounded by largest remainder
/// (ties to the lowest index), in shuffled order.
pub fn class_plan(n_cells: u32, seed: u64, options: &Options) -> Vec<usize> {
    let total: u64 = options.weights.iter().map(|&w| u64::from(w)).sum();
    if total == 0 {
        return Vec::new();
    }
    let exact = |weight: u32| u64::from(n_cells) * u64::from(weight);
    let mut counts: Vec<u64> = options.weights.iter().map(|&w| exact(w) / total).collect();
    let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
    crate::order::sort_by_key(&mut by_remainder, |&i| {
        let remainder = options.weights.get(i).map_or(0, |&w| exact(w) % total);
        (u64::MAX - remainder, i)
    });
    let missing = u64::from(n_cells) - counts.iter().sum::<u64>();
    for &i in by_remainder.iter().take(missing as usize) {
        if let Some(count) = counts.get_mut(i) {
            *count += 1;
        }
    }
    let mut plan: Vec<usize> = counts
        .iter()
        .enumerate()
        .flat_map(|(class, &count)| (0..count).map(move |_| class))
        .collect();
    // The last stream: cells use the streams from 0 upwards.
    Draw::new(seed, u64::MAX).shuffle(&mut plan);
    plan
}

/// Simulates `n_cells` cells. The same seed and options give the same bytes on every platform,
/// and a cell does not depend on how many others there are of its class and place.
pub fn fleet(n_cells: u32, seed: u64, options: &Options) -> Vec<SimulatedCell> {
    let library = Library::new();
    class_plan(n_cells, seed, options)
        .into_iter()
        .enumerate()
        .map(|(i, class)| simulate_cell(&library, class, seed, i as u64, options))
        .collect()
}

/// Simulates one cell of the class with this index (the first class if there is none such);
/// `stream` tells cells of one seed apart.
pub fn simulate_cell(
    library: &Library,
    class_index: usize,
    seed: u64,
    stream: u64,
    options: &Options,
) -> SimulatedCell {
    let class_index = if class_index < CLASSES.len() {
        class_index
    } else {
        0
    };
    let class = CLASSES.get(class_index).unwrap_or(&CLASSES[0]);
    let mut draw = Draw::new(seed, stream);
    let id = format!("{:010x}", draw.bits() >> 24);
    let protocol = draw_protocol(class, options, &mut draw);
    let ambient_c = draw.pick(class.ambient_c, 25.0) + 0.8 * draw.normal();

    let fallback = (
        Potential::of(&class.negative),
        Potential::of(&class.negative),
    );
    let (positive, negative) = library.electrodes.get(class_index).unwrap_or(&fallback);
    let design_ah = class.nominal_ah * draw.uniform(1.02, 1.06);
    let mut window = class.window;
    window.full += draw.uniform(-0.015, 0.015);
    let fresh = Balance::fresh(positive, negative, class.limits, window, design_ah);
    let growth = draw.uniform(1.0, 1.9);
    let per_c = 1.0 / class.nominal_ah;
    let kinetics = Kinetics {
        r_ohm: class.ohmic_v * per_c * growth * draw.log_normal(0.10),
        electrolyte_ohm: class.electrolyte_v * per_c * draw.log_normal(0.15),
        electrolyte_s: draw.uniform(40.0, 120.0),
        exchange_ne_per_h: 1.6 / growth * draw.log_normal(0.15),
        exchange_pe_per_h: 1.2 / growth * draw.log_normal(0.15),
        diffusion_ne_s: class.diffusion_s.0 * draw.log_normal(0.15),
        diffusion_pe_s: class.diffusion_s.1 * growth * draw.log_normal(0.15),
        hysteresis_v: class.hysteresis_v,
    };
    let mut cell = Cell {
        positive,
        negative,
        balance: fresh,
        kinetics,
        limits: class.limits,
        nominal_ah: class.nominal_ah,
        ambient_c,
    };
    let target_ah = class.nominal_ah * draw.uniform(options.soh.0, options.soh.1);
    let ageing = age_to(
        &mut cell,
        &fresh,
        design_ah,
        protocol.discharge_c,
        target_ah,
        Ageing {
            lli: 0.0,
            lam_ne: draw.uniform(0.0, 0.12),
            lam_pe: draw.uniform(0.0, 0.12),
        },
    );
    let record = run(&cell, &protocol);
    let mut rows = record.rows;
    let faults = if draw.happens(options.faulty_share) {
        faults::apply(&mut rows, &mut draw)
    } else {
        Faults::default()
    };
    let start_s = u64::from(draw.below(3 * 365 * 24)) * 3600;
    SimulatedCell {
        file: format!("sim_{id}.csv"),
        cell_id: format!("sim-{id}"),
        class_index,
        csv: battery_archive::write(&rows, ambient_c, start_s),
        n_rows: rows.len(),
        capacity_ah: record.capacity_ah,
        ageing,
        r_ohm: kinetics.r_ohm,
        ambient_c,
        protocol,
        faults,
    }
}

/// Ages the cell by material loss, then by lithium loss until its discharge capacity meets
/// `target_ah`. A cell too weak for the target loses less material, then gets less resistance.
fn age_to(
    cell: &mut Cell<'_>,
    fresh: &Balance,
    design_ah: f64,
    discharge_c: f64,
    target_ah: f64,
    mut ageing: Ageing,
) -> Ageing {
    let capacity_with = |cell: &mut Cell<'_>, ageing: Ageing| {
        cell.balance = fresh.aged(ageing, design_ah);
        discharged(cell, discharge_c).1
    };
    for _ in 0..6 {
        if capacity_with(cell, ageing) > target_ah {
            break;
        }
        ageing.lam_ne *= 0.5;
        ageing.lam_pe *= 0.5;
        cell.kinetics.r_ohm *= 0.8;
        cell.kinetics.diffusion_pe_s *= 0.8;
    }
    let (mut low, mut high) = (0.0, 0.6);
    for _ in 0..14 {
        ageing.lli = 0.5 * (low + high);
        if capacity_with(cell, ageing) > target_ah {
            low = ageing.lli;
        } else {
            high = ageing.lli;
        }
    }
    cell.balance = fresh.aged(ageing, design_ah);
    ageing
}

fn draw_protocol(class: &CellClass, options: &Options, draw: &mut Draw) -> Protocol {
    let charge_c = draw.pick(class.charge_c, 0.5) * draw.uniform(0.98, 1.02);
    let discharge_c = draw.pick(class.discharge_c, 0.5) * draw.uniform(0.98, 1.02);
    let every_s = draw.pick(&[15.0, 20.0, 30.0, 30.0, 60.0], 30.0);
    let sampling = if every_s > 30.0 {
        Sampling::Change {
            every_s,
            step_v: draw.pick(&[0.004, 0.005, 0.010], 0.005),
        }
    } else {
        // Fast cycles are sampled faster, slow ones slower, so that files stay alike in size.
        Sampling::Time {
            every_s: if discharge_c < 0.4 {
                2.0 * every_s
            } else {
                every_s
            },
        }
    };
    Protocol {
        charge_c,
        discharge_c,
        cutoff_c: 0.05,
        rest_s: draw.pick(&[600.0, 1200.0, 1800.0], 600.0),
        sampling,
        partial_first: draw
            .happens(options.partial_first_share)
            .then(|| draw.uniform(0.15, 0.5)),
        step_s: FINE_STEP_S,
    }
}

/// `manifest.csv` of some cells, every one labelled `simulated`.
pub fn manifest(cells: &[&SimulatedCell]) -> Vec<u8> {
    let mut out = b"file,cell_id,cathode,class,maker,nominal_ah,source,true_capacity_ah,soh,\
c_rate_charge,c_rate_discharge,temperature_c,lli,lam_ne,lam_pe,r_ohm,sampling,noise_mv,blanks,\
outliers,partial_first,full_cycle,rows\n"
        .to_vec();
    for cell in cells {
        let class = cell.class();
        let sampling = match cell.protocol.sampling {
            Sampling::Time { every_s } => format!("time:{every_s:.0}s"),
            Sampling::Change { every_s, step_v } => {
                format!("dv:{every_s:.0}s/{:.0}mV", step_v * 1000.0)
            }
        };
        let partial_first = u32::from(cell.protocol.partial_first.is_some());
        out.extend_from_slice(
            format!(
                "{},{},{},{},{},",
                cell.file, cell.cell_id, class.cathode_label, class.name, class.source
            )
            .as_bytes(),
        );
        fixed(&mut out, class.nominal_ah, 3);
        out.extend_from_slice(b",simulated");
        for (value, decimals) in [
            (cell.capacity_ah, 4),
            (cell.soh(), 4),
            (cell.protocol.charge_c, 3),
            (cell.protocol.discharge_c, 3),
            (cell.ambient_c, 1),
            (cell.ageing.lli, 4),
            (cell.ageing.lam_ne, 4),
            (cell.ageing.lam_pe, 4),
            (cell.r_ohm, 5),
        ] {
            out.push(b',');
            fixed(&mut out, value, decimals);
        }
        out.extend_from_slice(
            format!(
                ",{sampling},{:.2},{},{},{partial_first},{},{}\n",
                cell.faults.noise_mv,
                cell.faults.n_blanks,
                cell.faults.n_outliers,
                1 + partial_first,
                cell.n_rows
            )
            .as_bytes(),
        );
    }
    out
}
