//! The cycler: constant current, constant voltage, rest, and when a row is written.

use super::dynamics::{Cell, State};

/// When the cycler writes a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampling {
    /// Every so many seconds.
    Time {
        /// Interval, s.
        every_s: f64,
    },
    /// On a voltage step, at the latest after so many seconds.
    Change {
        /// Longest interval, s.
        every_s: f64,
        /// Voltage step, V.
        step_v: f64,
    },
}

impl Sampling {
    fn is_due(self, elapsed_s: f64, change_v: f64) -> bool {
        // Half a millisecond of slack: times are sums of steps.
        match self {
            Self::Time { every_s } => elapsed_s >= every_s - 5e-4,
            Self::Change { every_s, step_v } => {
                elapsed_s >= every_s - 5e-4 || change_v.abs() >= step_v
            }
        }
    }
}

/// The schedule of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Protocol {
    /// Charge rate in C of the nominal capacity.
    pub charge_c: f64,
    /// Discharge rate in C.
    pub discharge_c: f64,
    /// Rate in C at which the CV part ends.
    pub cutoff_c: f64,
    /// Rest after charge and between cycles, s.
    pub rest_s: f64,
    /// Row rule.
    pub sampling: Sampling,
    /// A partial cycle comes first: share of the nominal capacity that it moves.
    pub partial_first: Option<f64>,
    /// Integration step at 1C and below, s.
    pub step_s: f64,
}

/// One row of a cycler file; counters restart with each cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Seconds since the start.
    pub time_s: f64,
    /// Cycle number from 1.
    pub cycle: u32,
    /// Current in A, positive on charge.
    pub current_a: f64,
    /// Terminal voltage in V.
    pub voltage_v: f64,
    /// Charge capacity of this cycle so far, Ah.
    pub charge_ah: f64,
    /// Discharge capacity of this cycle so far, Ah.
    pub discharge_ah: f64,
    /// Charge energy of this cycle so far, Wh.
    pub charge_wh: f64,
    /// Discharge energy of this cycle so far, Wh.
    pub discharge_wh: f64,
    /// Cell temperature, °C.
    pub celsius: f64,
}

/// The rows of one file and the capacity of its full discharge.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Rows in order.
    pub rows: Vec<Row>,
    /// Discharge capacity of the full cycle, Ah.
    pub capacity_ah: f64,
}

/// Longest step of any part, s; far beyond what a cell can take.
const LONGEST_STEP_S: f64 = 30.0 * 3600.0;
/// Integration step of files, s: fine enough for a row every few millivolts.
pub(super) const FINE_STEP_S: f64 = 5.0;

struct Run<'a, 'b> {
    cell: &'a Cell<'b>,
    state: State,
    sampling: Sampling,
    step_s: f64,
    rows: Vec<Row>,
    now: Row,
    last_v: f64,
    last_s: f64,
}

/// Runs the whole schedule from the discharged cell.
pub fn run(cell: &Cell<'_>, protocol: &Protocol) -> Record {
    let mut state = discharged(cell, protocol.discharge_c).0;
    rest(cell, &mut state, protocol.rest_s);
    let mut run = Run {
        cell,
        state,
        sampling: protocol.sampling,
        step_s: protocol.step_s,
        rows: Vec::with_capacity(1024),
        now: Row {
            time_s: 0.0,
            cycle: 1,
            current_a: 0.0,
            voltage_v: cell.voltage(&state, 0.0),
            charge_ah: 0.0,
            discharge_ah: 0.0,
            charge_wh: 0.0,
            discharge_wh: 0.0,
            celsius: state.celsius,
        },
        last_v: 0.0,
        last_s: 0.0,
    };
    run.write();
    run.rest(120.0);
    let charge_a = protocol.charge_c * cell.nominal_ah;
    let discharge_a = -protocol.discharge_c * cell.nominal_ah;
    let cutoff_a = protocol.cutoff_c * cell.nominal_ah;
    if let Some(share) = protocol.partial_first {
        let moved_ah = share * cell.nominal_ah;
        run.constant_current(charge_a, moved_ah);
        run.rest(protocol.rest_s);
        run.constant_current(discharge_a, f64::INFINITY);
        run.rest(protocol.rest_s);
        run.next_cycle();
    }
    run.constant_current(charge_a, f64::INFINITY);
    run.constant_voltage(cell.limits.high_v, charge_a, cutoff_a);
    run.rest(protocol.rest_s);
    let capacity_ah = run.constant_current(discharge_a, f64::INFINITY);
    run.rest(120.0);
    Record {
        rows: run.rows,
        capacity_ah,
    }
}

/// Discharges the cell from rest at its upper limit, in coarse steps; returns the state at the
/// lower limit and the capacity in Ah.
pub fn discharged(cell: &Cell<'_>, discharge_c: f64) -> (State, f64) {
    let mut state = cell.at_rest(cell.limits.high_v);
    let current_a = -discharge_c * cell.nominal_ah;
    let dt_s = 20.0 / discharge_c.max(0.2);
    let mut moved_ah = 0.0;
    let mut before_v = cell.voltage(&state, current_a);
    while before_v > cell.limits.low_v && moved_ah < 3.0 * cell.nominal_ah {
        let before = state;
        cell.advance(&mut state, current_a, dt_s);
        let after_v = cell.voltage(&state, current_a);
        let share = if after_v < cell.limits.low_v {
            state = before;
            let share =
                ((before_v - cell.limits.low_v) / (before_v - after_v).max(1e-9)).clamp(0.0, 1.0);
            cell.advance(&mut state, current_a, dt_s * share);
            share
        } else {
            1.0
        };
        moved_ah -= current_a * dt_s * share / 3600.0;
        before_v = after_v;
    }
    (state, moved_ah)
}

fn rest(cell: &Cell<'_>, state: &mut State, seconds: f64) {
    let mut left_s = seconds;
    while left_s > 0.0 {
        cell.advance(state, 0.0, left_s.min(60.0));
        left_s -= 60.0;
    }
}

impl Run<'_, '_> {
    fn write(&mut self) {
        self.rows.push(self.now);
        self.last_v = self.now.voltage_v;
        self.last_s = self.now.time_s;
    }

    fn next_cycle(&mut self) {
        self.now.cycle += 1;
        self.now.charge_ah = 0.0;
        self.now.discharge_ah = 0.0;
        self.now.charge_wh = 0.0;
        self.now.discharge_wh = 0.0;
    }

    /// Takes over the state after `dt_s` at `current_a` and writes a row if one is due.
    fn count(&mut self, current_a: f64, voltage_v: f64, dt_s: f64) {
        let moved_ah = current_a.abs() * dt_s / 3600.0;
        let energy_wh = moved_ah * 0.5 * (voltage_v + self.now.voltage_v);
        if current_a > 0.0 {
            self.now.charge_ah += moved_ah;
            self.now.charge_wh += energy_wh;
        } else {
            self.now.discharge_ah += moved_ah;
            self.now.discharge_wh += energy_wh;
        }
        self.now.time_s += dt_s;
        self.now.current_a = current_a;
        self.now.voltage_v = voltage_v;
        self.now.celsius = self.state.celsius;
    }

    fn write_if_due(&mut self) {
        if self.sampling.is_due(
            self.now.time_s - self.last_s,
            self.now.voltage_v - self.last_v,
        ) {
            self.write();
        }
    }

    /// The last reading of a step, unless it is there already.
    fn write_last(&mut self) {
        if self.last_s < self.now.time_s {
            self.write();
        }
    }

    /// Constant current until the limit of that direction or until `most_ah` have moved; returns
    /// the charge moved in Ah.
    fn constant_current(&mut self, current_a: f64, most_ah: f64) -> f64 {
        let limits = self.cell.limits;
        let (limit_v, sign) = if current_a > 0.0 {
            (limits.high_v, 1.0)
        } else {
            (limits.low_v, -1.0)
        };
        let dt_s = self.step_s / (current_a.abs() / self.cell.nominal_ah).max(1.0);
        let mut before_v = self.cell.voltage(&self.state, current_a);
        self.now.voltage_v = before_v;
        let (mut moved_ah, mut elapsed_s) = (0.0, 0.0);
        while (limit_v - before_v) * sign > 0.0 && moved_ah < most_ah && elapsed_s < LONGEST_STEP_S
        {
            let before = self.state;
            self.cell.advance(&mut self.state, current_a, dt_s);
            let mut after_v = self.cell.voltage(&self.state, current_a);
            let mut step_s = dt_s;
            if (limit_v - after_v) * sign < 0.0 {
                // The last step ends where the limit is met.
                step_s *= ((limit_v - before_v) / (after_v - before_v)).clamp(0.02, 1.0);
                self.state = before;
                self.cell.advance(&mut self.state, current_a, step_s);
                after_v = limit_v;
            }
            self.count(current_a, after_v, step_s);
            // A cycler writes the first reading of a step, then as its rule says.
            if elapsed_s == 0.0 {
                self.write();
            } else {
                self.write_if_due();
            }
            moved_ah += current_a.abs() * step_s / 3600.0;
            elapsed_s += step_s;
            before_v = after_v;
        }
        self.write_last();
        moved_ah
    }

    /// Holds `volts` from `first_a` until the current falls below `cutoff_a`.
    fn constant_voltage(&mut self, volts: f64, first_a: f64, cutoff_a: f64) {
        let mut current_a = self.cell.current_at(&self.state, volts, first_a);
        let mut elapsed_s = 0.0;
        while current_a > cutoff_a && elapsed_s < LONGEST_STEP_S {
            let held_a = current_a.min(first_a);
            self.cell.advance(&mut self.state, held_a, self.step_s);
            self.count(held_a, volts, self.step_s);
            self.write_if_due();
            elapsed_s += self.step_s;
            current_a = self.cell.current_at(&self.state, volts, held_a);
        }
        self.write_last();
    }

    fn rest(&mut self, seconds: f64) {
        let mut elapsed_s = 0.0;
        while elapsed_s < seconds {
            self.cell.advance(&mut self.state, 0.0, self.step_s);
            let voltage_v = self.cell.voltage(&self.state, 0.0);
            self.count(0.0, voltage_v, self.step_s);
            self.write_if_due();
            elapsed_s += self.step_s;
        }
        self.write_last();
    }
}
