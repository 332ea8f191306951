//! The plain generator: a polynomial in SOC per battery and turning point.

use super::super::regress::Cholesky;
use super::super::PulseRecord;
use std::collections::BTreeMap;

/// Records of every labelled test series at the wanted states of charge (fractions): each turning
/// point follows a least-squares polynomial of `degree` in SOC through its measured records. A
/// series with too few records gets the highest degree they determine.
///
/// A series is one battery at one state of health: a battery tested again after more cycles is
/// another series.
pub fn line_in_soc(records: &[PulseRecord], wanted_soc: &[f64], degree: usize) -> Vec<PulseRecord> {
    let mut series: BTreeMap<(&str, u64), Vec<(&PulseRecord, f64)>> = BTreeMap::new();
    for record in records {
        if let (Some(soc), Some(soh)) = (record.soc, record.soh) {
            let key = (record.battery.as_str(), soh.to_bits());
            series.entry(key).or_default().push((record, soc));
        }
    }
    let mut generated = Vec::new();
    for measured in series.values() {
        let Some(&(first, _)) = measured.first() else {
            continue;
        };
        let n_terms = (degree + 1).min(measured.len());
        let mut normal = vec![0.0; n_terms * n_terms];
        for (_, soc) in measured {
            for i in 0..n_terms {
                for j in 0..n_terms {
                    normal[i * n_terms + j] += power(*soc, i + j);
                }
            }
        }
        let Some(factor) = Cholesky::new(normal, n_terms) else {
            continue;
        };
        let n_voltages = measured.iter().map(|(r, _)| r.voltages_v.len()).min();
        let fits: Vec<Vec<f64>> = (0..n_voltages.unwrap_or(0))
            .map(|k| {
                let mut right = vec![0.0; n_terms];
                for (record, soc) in measured {
                    for (i, to) in right.iter_mut().enumerate() {
                        *to += power(*soc, i) * record.voltages_v[k];
                    }
                }
                factor.solve(&right)
            })
            .collect();
        for &soc in wanted_soc {
            let value =
                |fit: &Vec<f64>| fit.iter().enumerate().map(|(i, c)| c * power(soc, i)).sum();
            generated.push(PulseRecord {
                cell_id: format!(
                    "{} generated SOC{:02}",
                    first.battery,
                    (soc * 100.0).round()
                ),
                soc: Some(soc),
                voltages_v: fits.iter().map(value).collect(),
                ..(*first).clone()
            });
        }
    }
    generated
}

fn power(x: f64, n: usize) -> f64 {
    (0..n).fold(1.0, |product, _| product * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_a_parabola_are_continued() {
        let record = |soc: f64| PulseRecord {
            battery: "b".into(),
            soc: Some(soc),
            soh: Some(0.8),
            voltages_v: vec![3.0 + soc, 3.0 + soc * soc],
            ..PulseRecord::default()
        };
        let records = [record(0.1), record(0.2), record(0.3)];
        let generated = line_in_soc(&records, &[0.5], 2);
        assert_eq!(generated.len(), 1);
        assert!((generated[0].voltages_v[0] - 3.5).abs() < 1e-9);
        assert!((generated[0].voltages_v[1] - 3.25).abs() < 1e-9);
        // One record determines a constant.
        let constant = line_in_soc(&records[..1], &[0.5], 1);
        assert!((constant[0].voltages_v[0] - 3.1).abs() < 1e-12);
        assert_eq!(constant[0].soh, Some(0.8));
    }
}
