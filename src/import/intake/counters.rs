//! Capacity counters of the file: what they moved within each half, and which way they say it flows.

use super::flow::Flow;
use super::slots::{Field, Slots};

/// A counter that may restart.
#[derive(Debug, Clone, Copy, Default)]
struct Counter {
    last: Option<f64>,
    moved: f64,
    /// Whether the latest row moved it.
    is_moving: bool,
}

impl Counter {
    #[inline]
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

/// The counters of charge, of discharge, and the single one of both.
#[derive(Debug)]
pub(super) struct Counters {
    slots: [Option<usize>; 3],
    moved: [Counter; 3],
    /// Movement of the single counter while current is negative and positive.
    by_sign_ah: [f64; 2],
}

impl Counters {
    /// Counters in these slots: charge, discharge, single.
    pub fn new(slots: [Option<usize>; 3]) -> Self {
        Self {
            slots,
            moved: [Counter::default(); 3],
            by_sign_ah: [0.0; 2],
        }
    }

    /// Whether charge and discharge have a counter each.
    pub fn has_both(&self) -> bool {
        self.slots[0].is_some() && self.slots[1].is_some()
    }

    /// Takes the counters of a row.
    #[inline]
    pub fn note(&mut self, slots: &Slots, fields: &[Field]) {
        for (slot, counter) in self.slots.iter().zip(&mut self.moved) {
            if let Some(slot) = *slot {
                // A counter is a check only: with thousands marks it is not worth its reading.
                counter.note(if slots.has_thousands() {
                    None
                } else {
                    slots.value(fields, slot)
                });
            }
        }
    }

    /// Counts what the single counter moved for the sign of the row's current.
    #[inline]
    pub fn note_sign(&mut self, is_negative: bool) {
        let [negative, positive] = &mut self.by_sign_ah;
        let moved = std::mem::take(&mut self.moved[2].moved);
        *(if is_negative { negative } else { positive }) += moved;
    }

    /// What flows: of two counters the one that the latest row moved alone tells it.
    #[inline]
    pub fn flow(&self) -> Option<Flow> {
        if !self.has_both() {
            return None;
        }
        let [charge, discharge, _] = &self.moved;
        match (charge.is_moving, discharge.is_moving) {
            (true, false) => Some(Flow::Charge),
            (false, true) => Some(Flow::Discharge),
            _ => None,
        }
    }

    /// Whether the latest row moved the counter of discharge.
    pub fn is_discharging(&self) -> bool {
        self.moved[1].is_moving
    }

    /// What the file counted over a half that has ended, Ah. A half is handed over a little after
    /// the next has begun: only its own counter restarts.
    pub fn take(&mut self, is_positive: bool) -> Option<f64> {
        let [charge, discharge, _] = &mut self.moved;
        let [negative, positive] = &mut self.by_sign_ah;
        let by_sign = if is_positive { positive } else { negative };
        let by_column = if charge.moved > discharge.moved {
            charge
        } else {
            discharge
        };
        let moved = std::mem::take(&mut by_column.moved).max(std::mem::take(by_sign));
        (moved > 0.0).then_some(moved)
    }
}
