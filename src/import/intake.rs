//! Fields of a row become samples: units, sign, clock, counters; then halves, per cell.

use super::clock::{Calendar, Clock, ClockCheck, DateOrder, Source};
use super::dialects::Match;
use super::header::Quantity;
use super::number;
use super::report::Findings;
use super::segment::{Sample, Segmenter};
use super::select::Selector;
use super::trace::Trace;
use super::unsigned;

/// Most columns that are read.
pub const MAX_SLOTS: usize = 24;
/// Most cells side by side in one file.
const MAX_CHANNELS: usize = 8;
/// Between two comparisons of elapsed time and wall clock.
const CHECK_EVERY: u64 = 512;

/// A field of a row.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// As written.
    pub text: &'a [u8],
    /// Its number where that was read in passing; `NaN` where the text has to be looked at.
    pub number: f64,
}

impl<'a> Field<'a> {
    /// A field that is not there.
    pub const EMPTY: Self = Self::of(&[]);

    /// A field of which only the text is known.
    pub const fn of(text: &'a [u8]) -> Self {
        Self {
            text,
            number: f64::NAN,
        }
    }
}

/// One column to read.
#[derive(Debug, Clone, Copy)]
struct Slot {
    index: usize,
    factor: f64,
}

/// Step words: what flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Charging.
    Charge,
    /// Discharging.
    Discharge,
    /// Neither, or an unknown word.
    Other,
}

/// How the sign of current is decided while reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// Nothing contradicts the column so far.
    Open,
    /// The column is signed.
    Column,
    /// Magnitudes only: step words decide.
    State,
    /// Magnitudes only: the capacity counters decide.
    Counters,
    /// Magnitudes only: the turns of the voltage decide, at the end of the file.
    Voltage,
}

/// A counter that may restart.
#[derive(Debug, Clone, Copy, Default)]
struct Counter {
    last: Option<f64>,
    moved: f64,
    /// Whether the latest row moved it.
    is_moving: bool,
}

impl Counter {
    fn note(&mut self, value: Option<f64>) {
        self.is_moving = false;
        let Some(value) = value else { return };
        if let Some(last) = self.last.replace(value) {
            let change = value.abs() - last.abs();
            // A restart goes back to about zero.
            let moved = if value.abs() < 0.2 * last.abs() {
                value.abs()
            } else {
                change.abs()
            };
            self.is_moving = moved > 0.0;
            self.moved += moved;
        }
    }
}

#[derive(Debug)]
struct Channel {
    number: u32,
    voltage: usize,
    current: usize,
    segmenter: Segmenter,
    selector: Selector,
    before_a: f64,
}

/// What a channel gave.
#[derive(Debug)]
pub struct ChannelResult {
    /// Channel number, 0 if the file holds one cell.
    pub number: u32,
    /// The halves to choose from.
    pub selector: Selector,
}

/// Everything known after the last row.
#[derive(Debug)]
pub struct IntakeResult {
    /// One per cell.
    pub channels: Vec<ChannelResult>,
    /// Rows that gave a sample.
    pub n_samples: u64,
    /// Findings so far.
    pub findings: Findings,
    /// Factor that time needs according to the wall clock.
    pub time_factor: Option<f64>,
    /// Where time comes from.
    pub clock: &'static str,
    /// Factor that voltages need on top of their heading's unit.
    pub voltage_factor: Option<f64>,
    /// How the sign was decided: `column`, `state`, `counters` or `voltage`.
    pub sign: &'static str,
    /// The course of the file, if it was asked for.
    pub trace: Option<Trace>,
}

/// Turns rows into samples and samples into halves.
#[derive(Debug)]
pub struct Intake {
    slots: Vec<Slot>,
    time: Option<usize>,
    wall: Option<usize>,
    cycle: Option<usize>,
    state: Option<usize>,
    counters: [Option<usize>; 3],
    moved: [Counter; 3],
    /// Movement of the single counter while current is negative and positive.
    by_sign_ah: [f64; 2],
    clock: Clock,
    calendar: Calendar,
    check: ClockCheck,
    channels: Vec<Channel>,
    decimal: u8,
    thousands: Option<u8>,
    sign: Sign,
    counter_flow: Flow,
    n_samples: u64,
    has_negative: bool,
    /// First voltages, to check their unit against what a cell can have.
    probe_v: Vec<f64>,
    wall_s: Option<f64>,
    /// The course of the first cell, for showing; absent unless asked for.
    pub trace: Option<Box<Trace>>,
    /// Findings so far.
    pub findings: Findings,
}

impl Intake {
    /// An intake for the columns of a layout. `target_ah` as in [`Selector::new`].
    pub fn new(
        columns: &Match,
        decimal: u8,
        thousands: Option<u8>,
        target_ah: Option<f64>,
    ) -> Self {
        let mut slots: Vec<Slot> = Vec::new();
        let mut slot = |quantity: Quantity, channel: u32| -> Option<usize> {
            let role = columns.role(quantity, channel)?;
            if let Some(at) = slots.iter().position(|slot| slot.index == role.index) {
                return Some(at);
            }
            if slots.len() == MAX_SLOTS {
                return None;
            }
            slots.push(Slot {
                index: role.index,
                factor: role.factor,
            });
            Some(slots.len() - 1)
        };
        let wall = slot(Quantity::Clock, 0);
        let (time, source) = match (slot(Quantity::Time, 0), wall) {
            (Some(time), _) => (Some(time), Source::Test),
            (None, wall) => match slot(Quantity::StepTime, 0) {
                Some(time) => (Some(time), Source::Step),
                None => (wall, Source::Wall),
            },
        };
        let mut numbers: Vec<u32> = columns
            .roles
            .iter()
            .filter(|role| role.quantity == Quantity::Current)
            .map(|role| role.channel)
            .collect();
        numbers.dedup();
        numbers.truncate(MAX_CHANNELS);
        let channels = numbers
            .into_iter()
            .filter_map(|number| {
                Some(Channel {
                    number,
                    voltage: slot(Quantity::Voltage, number)?,
                    current: slot(Quantity::Current, number)?,
                    segmenter: Segmenter::new(),
                    selector: Selector::new(target_ah),
                    before_a: 0.0,
                })
            })
            .collect::<Vec<_>>();
        let (cycle, state) = (slot(Quantity::Cycle, 0), slot(Quantity::State, 0));
        let counters = [
            slot(Quantity::ChargeCapacity, 0),
            slot(Quantity::DischargeCapacity, 0),
            slot(Quantity::Capacity, 0),
        ];
        Self {
            slots,
            time,
            wall,
            cycle,
            state,
            // Counters of a file with several cells belong to none of them.
            counters: if channels.len() > 1 {
                [None; 3]
            } else {
                counters
            },
            moved: [Counter::default(); 3],
            by_sign_ah: [0.0; 2],
            clock: Clock::new(source),
            calendar: Calendar::new(),
            check: ClockCheck::default(),
            channels,
            decimal,
            thousands,
            sign: Sign::Open,
            counter_flow: Flow::Other,
            n_samples: 0,
            has_negative: false,
            probe_v: Vec::new(),
            wall_s: None,
            trace: None,
            findings: Findings::default(),
        }
    }

    /// Positions of the columns to read, in slot order.
    pub fn columns(&self) -> Vec<usize> {
        self.slots.iter().map(|slot| slot.index).collect()
    }

    /// Slot of the step word, if it is read.
    pub fn state_slot(&self) -> Option<usize> {
        self.state
    }

    /// Whether a slot is read as a number in every row: not words, and not dates.
    pub fn is_number(&self, slot: usize) -> bool {
        self.thousands.is_none() && self.state != Some(slot) && self.wall != Some(slot)
    }

    /// The number of a field, in the unit of its heading.
    fn number(&self, field: &Field) -> Option<f64> {
        if !field.number.is_nan() {
            return Some(field.number);
        }
        match self.thousands {
            None => number::parse(field.text, self.decimal),
            Some(mark) => {
                let digits = field.text.iter().copied().filter(|byte| *byte != mark);
                number::parse(&digits.collect::<Vec<u8>>(), self.decimal)
            }
        }
    }

    fn value(&self, fields: &[Field], slot: usize) -> Option<f64> {
        let (field, slot) = (fields.get(slot)?, self.slots.get(slot)?);
        Some(self.number(field)? * slot.factor)
    }

    fn seconds(&self, fields: &[Field], slot: usize) -> Option<f64> {
        self.value(fields, slot)
            .or_else(|| number::parse_duration(fields.get(slot)?.text, self.decimal))
    }

    /// Takes a row: one field per slot, in slot order. Returns whether it gave a sample.
    pub fn row(&mut self, fields: &[Field], flow: Flow, row: u64) -> bool {
        let raw_time = match (self.clock.source(), self.time) {
            (Source::Wall, Some(slot)) => fields
                .get(slot)
                .and_then(|field| self.calendar.seconds(field.text)),
            (_, Some(slot)) => self.seconds(fields, slot),
            (_, None) => None,
        };
        let Some(raw_time) = raw_time else {
            return false;
        };
        let first_current = self
            .channels
            .first()
            .and_then(|channel| self.value(fields, channel.current));
        if self.channels.len() == 1 && first_current.is_none() {
            self.findings.at("current-missing", row);
            return true;
        }
        for at in 0..self.counters.len() {
            if let Some(slot) = self.counters.get(at).copied().flatten() {
                // A counter is a check only: with thousands marks it is not worth its reading.
                let value = match self.thousands {
                    None => self.value(fields, slot),
                    Some(_) => None,
                };
                if let Some(counter) = self.moved.get_mut(at) {
                    counter.note(value);
                }
            }
        }
        if self.clock.source() != Source::Wall
            && self.wall.is_some()
            && (self.n_samples % CHECK_EVERY == 0
                || (self.n_samples < 4096 && self.n_samples % 16 == 0))
        {
            let wall_s = self
                .wall
                .and_then(|slot| fields.get(slot))
                .and_then(|field| self.calendar.seconds(field.text));
            if let Some(wall_s) = wall_s {
                self.wall_s.get_or_insert(wall_s);
                self.check.note(raw_time, wall_s);
            }
        } else if self.clock.source() == Source::Wall {
            self.wall_s.get_or_insert(raw_time);
        }
        let cycle = match self.cycle {
            Some(slot) => self
                .value(fields, slot)
                .filter(|number| *number >= 0.0 && *number < 1e7 && number.fract() == 0.0)
                .map(|number| number as u32),
            None => None,
        };
        let signed = first_current.unwrap_or(0.0);
        let sign = self.sign_of(signed, flow);
        {
            let [negative, positive] = &mut self.by_sign_ah;
            let moved = std::mem::take(&mut self.moved[2].moved);
            *(if signed * sign < 0.0 {
                negative
            } else {
                positive
            }) += moved;
        }
        let before_a = self
            .channels
            .first()
            .map_or(0.0, |channel| channel.before_a);
        let flowing = signed != 0.0 && before_a * signed * sign > 0.0;
        let time_s = self.clock.tick(raw_time, flowing, row, &mut self.findings);
        self.n_samples += 1;
        for at in 0..self.channels.len() {
            let Some(channel) = self.channels.get(at) else {
                break;
            };
            let current_a = if at == 0 {
                Some(signed * sign)
            } else {
                self.value(fields, channel.current)
                    .map(|current| current * sign)
            };
            let voltage_v = self.value(fields, channel.voltage);
            let Some(current_a) = current_a else {
                self.findings.at("current-missing", row);
                continue;
            };
            let voltage_v = match voltage_v {
                Some(voltage_v) if voltage_v.abs() < 1e4 => voltage_v,
                Some(_) => {
                    self.findings.at("voltage-absurd", row);
                    f64::NAN
                }
                None => {
                    self.findings.at("voltage-missing", row);
                    f64::NAN
                }
            };
            if let (0, Some(trace)) = (at, &mut self.trace) {
                trace.push(time_s, voltage_v, current_a);
            }
            if at == 0 && self.probe_v.len() < 512 && voltage_v > 0.0 {
                self.probe_v.push(voltage_v);
            }
            let Some(channel) = self.channels.get_mut(at) else {
                break;
            };
            channel.before_a = current_a;
            let sample = Sample {
                time_s,
                voltage_v,
                current_a,
                cycle,
                row,
            };
            if let Some(half) = channel.segmenter.push(sample) {
                self.note_spikes(at);
                self.hand_over(at, half);
            }
        }
        true
    }

    fn note_spikes(&mut self, at: usize) {
        if let Some(channel) = self.channels.get_mut(at) {
            for row in channel.segmenter.take_spikes() {
                self.findings.at("current-outlier", row);
            }
        }
    }

    fn hand_over(&mut self, at: usize, mut half: super::segment::Half) {
        // A half is handed over a little after the next has begun: only its own counter restarts.
        let [charge, discharge, _] = &mut self.moved;
        let [negative, positive] = &mut self.by_sign_ah;
        let by_sign = if half.is_positive { positive } else { negative };
        let by_column = if charge.moved > discharge.moved {
            charge
        } else {
            discharge
        };
        let moved = std::mem::take(&mut by_column.moved).max(std::mem::take(by_sign));
        if moved > 0.0 {
            half.counter_ah = Some(moved);
        }
        half.wall_s = self.wall_s;
        if let Some(channel) = self.channels.get_mut(at) {
            channel.selector.push(half);
        }
    }

    /// Sign to apply to the current of a row (trap 6: magnitudes with step words, or with
    /// counters only).
    fn sign_of(&mut self, current: f64, flow: Flow) -> f64 {
        if current < 0.0 {
            self.has_negative = true;
        }
        if self.sign == Sign::Column || current == 0.0 {
            return 1.0;
        }
        if self.counters[0].is_some() && self.counters[1].is_some() {
            let [charge, discharge, _] = self.moved;
            match (charge.is_moving, discharge.is_moving) {
                (true, false) => self.counter_flow = Flow::Charge,
                (false, true) => self.counter_flow = Flow::Discharge,
                _ => {}
            }
        }
        let by_sign = |flow: Flow| match flow {
            Flow::Charge => current.signum(),
            Flow::Discharge => -current.signum(),
            Flow::Other => 1.0,
        };
        match self.sign {
            Sign::Open if current < 0.0 => {
                // Noise at rest is negative in unsigned files as well: a word must agree.
                if flow != Flow::Other || self.state.is_none() {
                    self.sign = Sign::Column;
                }
                1.0
            }
            Sign::Open if flow == Flow::Discharge => {
                self.sign = Sign::State;
                by_sign(flow)
            }
            Sign::Open
                if self.state.is_none()
                    && self.counter_flow == Flow::Discharge
                    && self.moved[1].is_moving =>
            {
                self.sign = Sign::Counters;
                by_sign(Flow::Discharge)
            }
            Sign::State => by_sign(flow),
            Sign::Counters => by_sign(self.counter_flow),
            _ => 1.0,
        }
    }

    /// Ends the table.
    pub fn finish(mut self) -> IntakeResult {
        for at in 0..self.channels.len() {
            let mut halves = match self.channels.get_mut(at) {
                Some(channel) => channel.segmenter.finish(),
                None => break,
            };
            self.note_spikes(at);
            let Some(half) = halves.pop() else { continue };
            for half in halves {
                self.hand_over(at, half);
            }
            let has_counters = self.counters[0].is_some() && self.counters[1].is_some();
            let cut = if self.sign == Sign::Open && !self.has_negative && !has_counters {
                unsigned::by_voltage(&half)
            } else {
                None
            };
            match cut {
                Some(halves) => {
                    self.sign = Sign::Voltage;
                    for half in halves {
                        self.hand_over(at, half);
                    }
                }
                None => self.hand_over(at, half),
            }
        }
        if self.calendar.order() == DateOrder::DayMonth && self.clock.source() == Source::Wall {
            self.findings.whole("date-order", "day/month");
        } else if self.calendar.order() == DateOrder::MonthDay
            && self.clock.source() == Source::Wall
        {
            self.findings.whole("date-order", "month/day");
        }
        IntakeResult {
            channels: self
                .channels
                .into_iter()
                .map(|channel| ChannelResult {
                    number: channel.number,
                    selector: channel.selector,
                })
                .collect(),
            n_samples: self.n_samples,
            trace: self.trace.map(|trace| *trace),
            findings: self.findings,
            time_factor: self.check.factor(),
            clock: match self.clock.source() {
                Source::Test => "time",
                Source::Step => "step-time",
                Source::Wall => "clock",
            },
            sign: match self.sign {
                Sign::Open | Sign::Column => "column",
                Sign::State => "state",
                Sign::Counters => "counters",
                Sign::Voltage => "voltage",
            },
            voltage_factor: voltage_factor(&mut self.probe_v),
        }
    }
}

/// A voltage heading may be wrong about its unit: cells are between 0 and 5.5 V. Returns the
/// factor that the column needs on top, if it is a thousand.
fn voltage_factor(values: &mut [f64]) -> Option<f64> {
    crate::order::sort_numbers(values);
    let median = *values.get(values.len() / 2)?;
    match median {
        median if (500.0..=5500.0).contains(&median) => Some(1e-3),
        median if (5e-4..=5.5e-3).contains(&median) => Some(1e3),
        _ => None,
    }
}

/// What a step word says flows.
pub fn flow_of(word: &str) -> Flow {
    let word = crate::letters::lowercase(word.trim());
    match word.as_str() {
        "d" | "dis" => return Flow::Discharge,
        "c" => return Flow::Charge,
        _ => {}
    }
    const DISCHARGE: &[&str] = &[
        "dchg", "disch", "dch", "entlad", "放电", "d-chg", "cc_d", "ccd",
    ];
    const CHARGE: &[&str] = &["chg", "charg", "cha", "laden", "充电", "cc-cv", "cccv"];
    if DISCHARGE.iter().any(|part| word.contains(part)) {
        Flow::Discharge
    } else if CHARGE.iter().any(|part| word.contains(part)) {
        Flow::Charge
    } else {
        Flow::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_words() {
        for (word, flow) in [
            ("C", Flow::Charge),
            ("D", Flow::Discharge),
            ("R", Flow::Other),
            ("CC Chg", Flow::Charge),
            ("CCCV Chg", Flow::Charge),
            ("CC DChg", Flow::Discharge),
            ("CC_Dchg", Flow::Discharge),
            ("Rest", Flow::Other),
            ("恒流充电", Flow::Charge),
            ("恒流恒压充电", Flow::Charge),
            ("恒流放电", Flow::Discharge),
            ("搁置", Flow::Other),
            ("DCH", Flow::Discharge),
            ("CHA", Flow::Charge),
            ("Discharge", Flow::Discharge),
            ("Charge", Flow::Charge),
            ("PAU", Flow::Other),
        ] {
            assert_eq!(flow_of(word), flow, "{word}");
        }
    }
}
