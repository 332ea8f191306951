//! Health: training of the generator and fit of a model on rows of PulseBat's size.
//! `cargo bench --bench health`; medians of five.

use std::ops::ControlFlow;
use std::time::Instant;
use voltvote::health::generator::{Generator, Pulse, TrainingParams};
use voltvote::health::{HealthModel, PulseRecord, SocUse};

/// 67 series at six states of charge, as case 0 of NMC 2.1 Ah.
fn pulses() -> Vec<Pulse> {
    let mut pulses = Vec::new();
    for series in 0..67_u32 {
        let soh = 0.6 + 0.3 * f64::from(series * 29 % 67) / 67.0;
        for soc in [0.05, 0.15, 0.25, 0.35, 0.45, 0.5] {
            let jitter = |k: u32| 1e-3 * f64::from((series * 31 + k * 17) % 13);
            pulses.push(Pulse {
                voltages_v: std::array::from_fn(|k| {
                    let sign = if k % 8 < 4 { 1.0 } else { -1.0 };
                    3.4 + 0.8 * soc + sign * 0.01 * k as f64 * (1.6 - soh) + jitter(k as u32)
                }),
                soc,
                soh,
            });
        }
    }
    pulses
}

fn median_s(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

fn main() {
    let pulses = pulses();
    let params = TrainingParams::default();
    let train = median_s(|| {
        Generator::train(&pulses, &[], &params, &mut |_, _| ControlFlow::Continue(()));
    });
    println!(
        "generator, 50 epochs of {} pulses: {train:.3} s",
        pulses.len()
    );
    let records: Vec<PulseRecord> = pulses
        .iter()
        .enumerate()
        .map(|(i, pulse)| PulseRecord {
            cell_id: i.to_string(),
            battery: (i / 6 % 12).to_string(),
            soc: Some(pulse.soc),
            soh: Some(pulse.soh),
            voltages_v: pulse.voltages_v.to_vec(),
            ..PulseRecord::default()
        })
        .collect();
    let fit = median_s(|| {
        HealthModel::fit(&records, SocUse::Known, 0).expect("a model of the bench's own rows");
    });
    println!("health model of {} records: {fit:.3} s", records.len());
}
