//! The sign of current in files that write magnitudes only (trap 6): step words or counters tell it
//! row by row.

use super::counters::Counters;
use super::flow::Flow;

/// How the sign of current is decided while reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DecidedBy {
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

/// The sign of current, as far as it is known.
#[derive(Debug)]
pub(super) struct Sign {
    decided_by: DecidedBy,
    has_words: bool,
    counter_flow: Flow,
    has_negative: bool,
}

impl Sign {
    /// Before the first row. `has_words` says that step words are read.
    pub fn new(has_words: bool) -> Self {
        Self {
            decided_by: DecidedBy::Open,
            has_words,
            counter_flow: Flow::Other,
            has_negative: false,
        }
    }

    /// Sign to apply to the current of a row (trap 6: magnitudes with step words, or with
    /// counters only).
    #[inline]
    pub fn of(&mut self, current: f64, flow: Flow, counters: &Counters) -> f64 {
        if current < 0.0 {
            self.has_negative = true;
        }
        if self.decided_by == DecidedBy::Column || current == 0.0 {
            return 1.0;
        }
        if let Some(flow) = counters.flow() {
            self.counter_flow = flow;
        }
        let by_sign = |flow: Flow| match flow {
            Flow::Charge => current.signum(),
            Flow::Discharge => -current.signum(),
            Flow::Other => 1.0,
        };
        match self.decided_by {
            DecidedBy::Open if current < 0.0 => {
                // Noise at rest is negative in unsigned files as well: a word must agree.
                if flow != Flow::Other || !self.has_words {
                    self.decided_by = DecidedBy::Column;
                }
                1.0
            }
            DecidedBy::Open if flow == Flow::Discharge => {
                self.decided_by = DecidedBy::State;
                by_sign(flow)
            }
            DecidedBy::Open
                if !self.has_words
                    && self.counter_flow == Flow::Discharge
                    && counters.is_discharging() =>
            {
                self.decided_by = DecidedBy::Counters;
                by_sign(Flow::Discharge)
            }
            DecidedBy::State => by_sign(flow),
            DecidedBy::Counters => by_sign(self.counter_flow),
            _ => 1.0,
        }
    }

    /// Whether neither the column nor a step word has shown a sign.
    pub fn is_unknown(&self) -> bool {
        self.decided_by == DecidedBy::Open && !self.has_negative
    }

    /// States that the turns of the voltage gave the sign.
    pub fn set_by_voltage(&mut self) {
        self.decided_by = DecidedBy::Voltage;
    }

    /// How it was decided: `column`, `state`, `counters` or `voltage`.
    pub fn name(&self) -> &'static str {
        match self.decided_by {
            DecidedBy::Open | DecidedBy::Column => "column",
            DecidedBy::State => "state",
            DecidedBy::Counters => "counters",
            DecidedBy::Voltage => "voltage",
        }
    }
}
