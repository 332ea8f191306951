//! Cells drawn at random from the half-cell library, with their potentials bent a little.

use super::super::balance::{Ageing, AnodeWindow, Balance, Limits};
use super::super::draw::Draw;
use super::super::dynamics::{Cell, Kinetics};
use super::super::half_cell::*;
use super::super::potential::Potential;
use super::super::protocol::{run, Protocol, Sampling};
use super::signature::{signature, HalfCurve};
use crate::round::Cathode;

/// Cathodes the voter knows, in the order of its classes.
pub const CATHODES: [Cathode; 6] = [
    Cathode::Lco,
    Cathode::Nmc,
    Cathode::Nca,
    Cathode::Lfp,
    Cathode::Lmo,
    Cathode::Blend,
];

/// Half cells on their grids.
pub(super) struct Shelf {
    lco: [Potential; 2],
    nmc: [Potential; 3],
    nca: [Potential; 1],
    lfp: [Potential; 2],
    lmo: [Potential; 1],
    blends: Vec<Potential>,
    graphite: [Potential; 4],
}

impl Shelf {
    pub(super) fn new() -> Self {
        let mut blends = Vec::new();
        for nmc in [NMC_MOHTAT, NMC622_VERBRUGGE] {
            for lco in [LCO_DUALFOIL, LCO_AI] {
                for share in [0.35, 0.55] {
                    blends.push(Potential::of_blend(&nmc, &lco, share));
                }
            }
        }
        Self {
            lco: [&LCO_DUALFOIL, &LCO_AI].map(Potential::of),
            nmc: [&NMC_MOHTAT, &NMC622_VERBRUGGE, &NMC811_CHEN].map(Potential::of),
            nca: [Potential::of(&NCA_KIM)],
            lfp: [&LFP_AFSHAR, &LFP_SAFARI].map(Potential::of),
            lmo: [Potential::of(&LMO_DOYLE)],
            blends,
            graphite: [
                &GRAPHITE_MOHTAT,
                &GRAPHITE_SILICON_CHEN,
                &GRAPHITE_ECKER,
                &GRAPHITE_VERBRUGGE,
            ]
            .map(Potential::of),
        }
    }

    fn positives(&self, cathode: Cathode) -> &[Potential] {
        match cathode {
            Cathode::Lco => &self.lco,
            Cathode::Nmc => &self.nmc,
            Cathode::Nca => &self.nca,
            Cathode::Lfp => &self.lfp,
            Cathode::Lmo => &self.lmo,
            Cathode::Blend => &self.blends,
        }
    }
}

/// A potential between two of the shelf, bent: makers differ in grade, coating and particle size,
/// and no library holds the very curve of a cell. `volts` scales the bends.
fn vary(choices: &[Potential], volts: f64, draw: &mut Draw) -> Option<Potential> {
    let n = choices.len() as u32;
    let first = choices.get(draw.below(n) as usize)?;
    let second = choices.get(draw.below(n) as usize)?;
    let weight = draw.uniform(0.0, 1.0);
    let offset_v = volts * draw.normal();
    let tilt_v = 1.5 * volts * draw.normal();
    let stretch = 0.02 * draw.normal();
    let ripples: [(f64, f64); 3] =
        [1.0, 2.0, 3.0].map(|n| (0.5 * volts * draw.normal() / n, draw.uniform(0.0, 1.0)));
    Some(Potential::between(first, second, weight).bent(|x| {
        let ripple_v: f64 = ripples
            .iter()
            .zip(1..)
            .map(|((amplitude_v, phase), n)| {
                amplitude_v * libm::sin(core::f64::consts::TAU * (f64::from(n) * x + phase))
            })
            .sum();
        (
            stretch * x * (1.0 - x) * 4.0,
            offset_v + tilt_v * (x - 0.6) + ripple_v,
        )
    }))
}

/// Signature of a random cell of this cathode; `None` where the draw gives no working cell.
pub(super) fn draw_signature(shelf: &Shelf, cathode: Cathode, draw: &mut Draw) -> Option<Vec<f64>> {
    let is_lfp = cathode == Cathode::Lfp;
    let positive = vary(
        shelf.positives(cathode),
        if is_lfp { 0.006 } else { 0.012 },
        draw,
    )?;
    let negative = vary(&shelf.graphite, 0.006, draw)?;
    let limits = if is_lfp {
        Limits {
            low_v: draw.pick(&[2.0, 2.0, 2.5], 2.0),
            high_v: draw.pick(&[3.6, 3.6, 3.65, 3.8, 4.1], 3.6),
        }
    } else {
        Limits {
            low_v: draw.pick(&[2.0, 2.5, 2.65, 2.7, 2.75, 3.0, 3.0], 2.7),
            high_v: draw.pick(&[4.1, 4.2, 4.2, 4.2, 4.2, 4.3, 4.35], 4.2),
        }
    };
    let window = AnodeWindow {
        empty: draw.uniform(0.0, 0.04),
        full: draw.uniform(0.72, 0.95),
    };
    let nominal_ah = 1.0;
    let fresh = Balance::fresh(&positive, &negative, limits, window, nominal_ah);
    let ageing = Ageing {
        lli: draw.uniform(0.0, 0.32),
        lam_ne: draw.uniform(0.0, 0.25),
        lam_pe: draw.uniform(0.0, 0.25),
    };
    let spread = |low: f64, high: f64, draw: &mut Draw| {
        libm::exp(draw.uniform(libm::log(low), libm::log(high)))
    };
    let cell = Cell {
        positive: &positive,
        negative: &negative,
        balance: fresh.aged(ageing, nominal_ah),
        kinetics: Kinetics {
            r_ohm: spread(0.02, 0.25, draw),
            electrolyte_ohm: spread(0.005, 0.06, draw),
            electrolyte_s: draw.uniform(30.0, 150.0),
            exchange_ne_per_h: spread(0.5, 3.0, draw),
            exchange_pe_per_h: spread(0.3, 3.0, draw),
            diffusion_ne_s: spread(500.0, 4000.0, draw),
            diffusion_pe_s: spread(500.0, 6000.0, draw),
            hysteresis_v: if is_lfp { draw.uniform(0.0, 0.02) } else { 0.0 },
        },
        limits,
        nominal_ah,
        ambient_c: draw.uniform(15.0, 40.0),
    };
    let protocol = Protocol {
        charge_c: spread(0.1, 1.2, draw),
        discharge_c: spread(0.1, 1.6, draw),
        cutoff_c: 0.05,
        rest_s: 600.0,
        sampling: Sampling::Change {
            every_s: 120.0,
            step_v: 0.01,
        },
        partial_first: None,
        step_s: 30.0,
    };
    let record = run(&cell, &protocol);
    if record.capacity_ah < 0.3 * nominal_ah {
        return None;
    }
    // Constant current: charging below the limit, discharging at all.
    let (mut charge_ah, mut charge_v) = (Vec::new(), Vec::new());
    let (mut discharge_ah, mut discharge_v) = (Vec::new(), Vec::new());
    for row in &record.rows {
        if row.current_a > 0.0 && row.voltage_v < limits.high_v {
            charge_ah.push(row.charge_ah);
            charge_v.push(row.voltage_v);
        } else if row.current_a < 0.0 {
            discharge_ah.push(row.discharge_ah);
            discharge_v.push(row.voltage_v);
        }
    }
    signature(
        HalfCurve {
            charge_ah: &charge_ah,
            voltage_v: &charge_v,
        },
        HalfCurve {
            charge_ah: &discharge_ah,
            voltage_v: &discharge_v,
        },
    )
}
