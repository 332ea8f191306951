//! The columns that are read, and the values of their fields in s, V, A and Ah.

use crate::import::dialects::Match;
use crate::import::header::Quantity;
use crate::import::number;
use crate::import::segment::median;

/// Most columns that are read.
pub const MAX_SLOTS: usize = 24;

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

/// The columns to read, each once, and how their numbers are written.
#[derive(Debug)]
pub(super) struct Slots {
    all: Vec<Slot>,
    decimal: u8,
    thousands: Option<u8>,
}

impl Slots {
    /// No columns yet.
    pub fn new(decimal: u8, thousands: Option<u8>) -> Self {
        Self {
            all: Vec::new(),
            decimal,
            thousands,
        }
    }

    /// Slot of the column that holds a quantity, a new one if it has none; `None` if there is no
    /// such column, or no room for it.
    pub fn take(&mut self, columns: &Match, quantity: Quantity, channel: u32) -> Option<usize> {
        let role = columns.role(quantity, channel)?;
        if let Some(at) = self.all.iter().position(|slot| slot.index == role.index) {
            return Some(at);
        }
        if self.all.len() == MAX_SLOTS {
            return None;
        }
        self.all.push(Slot {
            index: role.index,
            factor: role.factor,
        });
        Some(self.all.len() - 1)
    }

    /// Whether numbers may hold a thousands mark.
    pub fn has_thousands(&self) -> bool {
        self.thousands.is_some()
    }

    /// Positions of the columns to read, in slot order.
    pub fn columns(&self) -> Vec<usize> {
        self.all.iter().map(|slot| slot.index).collect()
    }

    /// The number of a field, in the unit of its heading.
    #[inline]
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

    /// The value in a slot, in s, V, A or Ah.
    #[inline]
    pub fn value(&self, fields: &[Field], slot: usize) -> Option<f64> {
        let (field, slot) = (fields.get(slot)?, self.all.get(slot)?);
        Some(self.number(field)? * slot.factor)
    }

    /// The same of a time, which may be written as a duration.
    #[inline]
    pub fn seconds(&self, fields: &[Field], slot: usize) -> Option<f64> {
        self.value(fields, slot)
            .or_else(|| number::parse_duration(fields.get(slot)?.text, self.decimal))
    }
}

/// A voltage heading may be wrong about its unit: cells are between 0 and 5.5 V. Returns the
/// factor that the column needs on top, if it is a thousand.
pub(super) fn voltage_factor(values: &[f64]) -> Option<f64> {
    match median(values.iter().copied())? {
        median if (500.0..=5500.0).contains(&median) => Some(1e-3),
        median if (5e-4..=5.5e-3).contains(&median) => Some(1e3),
        _ => None,
    }
}
