//! Fields of a row become samples: units, sign, clock, counters; then halves, per cell.

mod counters;
mod flow;
mod sign;
mod slots;

use super::clock::{Calendar, Clock, ClockCheck, DateOrder, Source};
use super::dialects::Match;
use super::header::Quantity;
use super::report::Findings;
use super::segment::{Half, Sample, Segmenter};
use super::select::Selector;
use super::trace::Trace;
use super::unsigned;
use counters::Counters;
pub use flow::{flow_of, Flow};
use sign::Sign;
use slots::{voltage_factor, Slots};
pub use slots::{Field, MAX_SLOTS};

/// Most cells side by side in one file.
const MAX_CHANNELS: usize = 8;
/// Between two comparisons of elapsed time and wall clock.
const CHECK_EVERY: u64 = 512;

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
    slots: Slots,
    time: Option<usize>,
    wall: Option<usize>,
    cycle: Option<usize>,
    state: Option<usize>,
    counters: Counters,
    clock: Clock,
    calendar: Calendar,
    check: ClockCheck,
    channels: Vec<Channel>,
    sign: Sign,
    n_samples: u64,
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
        let mut slots = Slots::new(decimal, thousands);
        let mut slot = |quantity: Quantity, channel: u32| slots.take(columns, quantity, channel);
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
            counters: Counters::new(if channels.len() > 1 {
                [None; 3]
            } else {
                counters
            }),
            clock: Clock::new(source),
            calendar: Calendar::new(),
            check: ClockCheck::default(),
            channels,
            sign: Sign::new(state.is_some()),
            n_samples: 0,
            probe_v: Vec::new(),
            wall_s: None,
            trace: None,
            findings: Findings::default(),
        }
    }

    /// Positions of the columns to read, in slot order.
    pub fn columns(&self) -> Vec<usize> {
        self.slots.columns()
    }

    /// Slot of the step word, if it is read.
    pub fn state_slot(&self) -> Option<usize> {
        self.state
    }

    /// Whether a slot is read as a number in every row: not words, and not dates.
    pub fn is_number(&self, slot: usize) -> bool {
        !self.slots.has_thousands() && self.state != Some(slot) && self.wall != Some(slot)
    }

    /// Takes a row: one field per slot, in slot order. Returns whether it gave a sample.
    pub fn row(&mut self, fields: &[Field], flow: Flow, row: u64) -> bool {
        let raw_time = match (self.clock.source(), self.time) {
            (Source::Wall, Some(slot)) => fields
                .get(slot)
                .and_then(|field| self.calendar.seconds(field.text)),
            (_, Some(slot)) => self.slots.seconds(fields, slot),
            (_, None) => None,
        };
        let Some(raw_time) = raw_time else {
            return false;
        };
        let first_current = self
            .channels
            .first()
            .and_then(|channel| self.slots.value(fields, channel.current));
        if self.channels.len() == 1 && first_current.is_none() {
            self.findings.at("current-missing", row);
            return true;
        }
        self.counters.note(&self.slots, fields);
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
                .slots
                .value(fields, slot)
                .filter(|number| *number >= 0.0 && *number < 1e7 && number.fract() == 0.0)
                .map(|number| number as u32),
            None => None,
        };
        let signed = first_current.unwrap_or(0.0);
        let sign = self.sign.of(signed, flow, &self.counters);
        self.counters.note_sign(signed * sign < 0.0);
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
                self.slots
                    .value(fields, channel.current)
                    .map(|current| current * sign)
            };
            let voltage_v = self.slots.value(fields, channel.voltage);
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

    fn hand_over(&mut self, at: usize, mut half: Half) {
        half.counter_ah = self.counters.take(half.is_positive).or(half.counter_ah);
        half.wall_s = self.wall_s;
        if let Some(channel) = self.channels.get_mut(at) {
            channel.selector.push(half);
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
            let cut = if self.sign.is_unknown() && !self.counters.has_both() {
                unsigned::by_voltage(&half)
            } else {
                None
            };
            match cut {
                Some(halves) => {
                    self.sign.set_by_voltage();
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
            sign: self.sign.name(),
            voltage_factor: voltage_factor(&self.probe_v),
        }
    }
}
