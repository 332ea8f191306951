//! Simulated fleets: same bytes everywhere, plausible curves, labels that tell the truth.
//!
//! The byte test runs natively and in the browser (`wasm-pack test`).

use voltvote::canonical::sha256_hex;
use voltvote::simulate::{demo_round, fleet, manifest, Options, SimulatedCell, CLASSES};

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{wasm_bindgen_test as test, wasm_bindgen_test_configure};
#[cfg(target_arch = "wasm32")]
wasm_bindgen_test_configure!(run_in_browser);

/// SHA-256 over all files and the manifest of a fleet of 20 with seed 42.
const FLEET_20_SEED_42: &str = "b7a15394a01953f13bbed629790e5b163f7faf1ee900f1a5c85658463a127f17";

fn digest(cells: &[SimulatedCell]) -> String {
    let mut bytes = manifest(&cells.iter().collect::<Vec<_>>());
    for cell in cells {
        bytes.extend_from_slice(cell.file.as_bytes());
        bytes.extend_from_slice(&cell.csv);
    }
    sha256_hex(&bytes)
}

#[test]
fn same_seed_same_bytes_here_and_in_the_browser() {
    let options = Options::default();
    assert_eq!(digest(&fleet(20, 42, &options)), FLEET_20_SEED_42);
    assert_ne!(digest(&fleet(20, 43, &options)), FLEET_20_SEED_42);
}

/// Columns of one file as numbers; a blank is NaN.
fn columns(cell: &SimulatedCell) -> Vec<Vec<f64>> {
    let text = String::from_utf8(cell.csv.clone()).expect("files are ASCII");
    let mut columns = vec![Vec::new(); 10];
    for line in text.lines().skip(1) {
        for (column, entry) in columns.iter_mut().zip(line.split(',').skip(1)) {
            column.push(if entry.is_empty() {
                f64::NAN
            } else {
                entry.parse().expect("a number")
            });
        }
    }
    columns
}

#[test]
fn cells_are_retired_whole_and_within_their_limits() {
    let options = Options {
        faulty_share: 0.0,
        ..Options::default()
    };
    for cell in &fleet(130, 5, &options) {
        let class = cell.class();
        let label = format!("{} {}", class.name, cell.file);
        assert!(
            (0.68..0.905).contains(&cell.soh()),
            "{label} {}",
            cell.soh()
        );
        let data = columns(cell);
        let (time, cycle, current, voltage) = (&data[0], &data[1], &data[2], &data[3]);
        assert!(time.windows(2).all(|pair| pair[0] < pair[1]), "{label}");
        assert!((200..2500).contains(&time.len()), "{label} {}", time.len());
        for &v in voltage {
            // A rest after discharge or a first instant of current may lie a little outside.
            let limits = class.limits;
            assert!(
                (limits.low_v - 0.01..limits.high_v + 0.05).contains(&v),
                "{label} {v}"
            );
        }
        // The discharge column, our own integration and the manifest agree.
        let last = cycle.iter().copied().fold(0.0, f64::max);
        let mut integrated_ah = 0.0;
        for i in 1..time.len() {
            if cycle[i] == last && current[i] < 0.0 {
                integrated_ah -= current[i] * (time[i] - time[i - 1]) / 3600.0;
            }
        }
        assert!(
            (integrated_ah / cell.capacity_ah - 1.0).abs() < 0.005,
            "{label} {integrated_ah} {}",
            cell.capacity_ah
        );
        let column_ah = data[5].iter().copied().fold(0.0, f64::max);
        assert!(
            (column_ah / cell.capacity_ah - 1.0).abs() < 0.001,
            "{label}"
        );
    }
}

/// Mean voltage of constant-current discharge at rates of 1.1C and less, per cathode. Bounds: LFP
/// plateau 3.1-3.3 V; layered oxides 3.25-3.9 V (measured: Tongji 3.4, RWTH 3.55, CALCE 3.65 V).
#[test]
fn discharge_voltages_are_those_of_the_chemistry() {
    for cell in &fleet(130, 6, &Options::default()) {
        if cell.protocol.discharge_c > 1.1 || !cell.faults.is_none() {
            continue;
        }
        let data = columns(cell);
        let (mut volt_seconds, mut seconds) = (0.0, 0.0);
        for i in 1..data[0].len() {
            if data[2][i] < 0.0 {
                volt_seconds += data[3][i] * (data[0][i] - data[0][i - 1]);
                seconds += data[0][i] - data[0][i - 1];
            }
        }
        let mean_v = volt_seconds / seconds;
        let expected_v = if cell.class().cathode_label == "LFP" {
            2.95..3.3
        } else {
            3.25..3.9
        };
        assert!(
            expected_v.contains(&mean_v),
            "{} {mean_v}",
            cell.class().name
        );
    }
}

#[test]
fn faults_are_there_when_told() {
    let cells = fleet(60, 8, &Options::default());
    let faulty = cells.iter().filter(|cell| !cell.faults.is_none()).count();
    assert!((8..35).contains(&faulty), "{faulty}");
    for cell in &cells {
        let blanks = columns(cell)[3].iter().filter(|v| v.is_nan()).count();
        // Two blanks may fall on one row.
        assert!(blanks <= cell.faults.n_blanks as usize);
        assert_eq!(blanks > 0, cell.faults.n_blanks > 0);
    }
}

#[test]
fn a_demo_round_has_ten_collaborators_and_every_battery_once() {
    let round = demo_round(1);
    assert_eq!(round.query.cells.len(), 4 * CLASSES.len());
    assert_eq!(round.collaborators.len(), 10);
    let mut ids: Vec<&str> = round
        .collaborators
        .iter()
        .chain([&round.query])
        .flat_map(|lot| lot.cells.iter().map(|cell| cell.cell_id.as_str()))
        .collect();
    let n_all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), n_all);
    for lot in &round.collaborators {
        assert!((2..=4).contains(&lot.class_names().len()));
        assert_eq!(
            lot.manifest.iter().filter(|&&byte| byte == b'\n').count(),
            lot.cells.len() + 1
        );
    }
}
