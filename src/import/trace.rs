//! The whole course of a file in few points, to show what a mapping makes of it.

/// Points kept at most; beyond it every second one goes.
const MAX_POINTS: usize = 4000;

/// Voltage and current over time, evenly thinned. It holds measured values: for the eyes of the
/// file's owner only.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trace {
    /// Elapsed time, s.
    pub time_s: Vec<f64>,
    /// Voltage, V; `NaN` where missing.
    pub voltage_v: Vec<f64>,
    /// Current, A, positive on charge.
    pub current_a: Vec<f64>,
    stride: u64,
    n_seen: u64,
}

impl Trace {
    /// Takes the next sample.
    pub(super) fn push(&mut self, time_s: f64, voltage_v: f64, current_a: f64) {
        self.stride = self.stride.max(1);
        if self.n_seen % self.stride == 0 {
            self.time_s.push(time_s);
            self.voltage_v.push(voltage_v);
            self.current_a.push(current_a);
            if self.time_s.len() >= MAX_POINTS {
                for column in [&mut self.time_s, &mut self.voltage_v, &mut self.current_a] {
                    let mut at = 0;
                    column.retain(|_| {
                        at += 1;
                        at % 2 == 1
                    });
                }
                self.stride *= 2;
            }
        }
        self.n_seen += 1;
    }

    /// Applies the units and the sign that were found at the end of the file.
    pub(super) fn scale(&mut self, time: f64, voltage: f64, current: f64) {
        self.time_s.iter_mut().for_each(|value| *value *= time);
        self.voltage_v
            .iter_mut()
            .for_each(|value| *value *= voltage);
        self.current_a
            .iter_mut()
            .for_each(|value| *value *= current);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_keeps_evenly_spaced_points() {
        let mut trace = Trace::default();
        for row in 0..100_000 {
            trace.push(f64::from(row), 3.0, -1.0);
        }
        trace.scale(2.0, 1.0, -1.0);
        let n = trace.time_s.len();
        assert!((MAX_POINTS / 2..MAX_POINTS).contains(&n), "{n}");
        let step = trace.time_s[1];
        assert!(trace
            .time_s
            .windows(2)
            .all(|pair| pair[1] - pair[0] == step));
        assert!(trace.time_s[n - 1] > 199_000.0 && trace.current_a[0] == 1.0);
    }
}
