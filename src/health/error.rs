//! What can be wrong with pulse data and with a question put to them.

use crate::error::Coded;
use std::fmt;

/// Where in a file something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// File, and sheet where there are several.
    pub source: String,
    /// Row as a spreadsheet counts it, from 1.
    pub row: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, row {}", self.source, self.row)
    }
}

/// Pulse data that cannot be used, or a model that cannot be made from them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HealthError {
    /// No sheet has the columns of a pulse feature table, a work-step sheet or a waveform.
    NotPulseData {
        /// File.
        source: String,
        /// Columns missing from the nearest match.
        missing: Vec<String>,
    },
    /// A needed cell is empty or not a number.
    NotANumber {
        /// Where.
        place: Place,
        /// Column header.
        column: String,
    },
    /// A voltage outside the range of a lithium-ion cell.
    VoltageOutOfRange {
        /// Where.
        place: Place,
        /// Column header.
        column: String,
    },
    /// State of charge outside 0-100 %.
    SocOutOfRange {
        /// Where.
        place: Place,
    },
    /// State of health label outside 0.2-1.2.
    SohOutOfRange {
        /// Where.
        place: Place,
    },
    /// The first pulse discharges, or current and voltage disagree.
    SwappedPolarity {
        /// Where.
        place: Place,
    },
    /// A pulse met a voltage limit: a larger current no longer moves the voltage further.
    Saturated {
        /// Where.
        place: Place,
        /// Column header, or turning point.
        column: String,
    },
    /// Fewer pulses than the schema has turning points.
    MissingPulses {
        /// Where the pulses begin.
        place: Place,
        /// Turning points found.
        n_found: usize,
        /// Turning points needed.
        n_needed: usize,
    },
    /// Pulses in another order than charge before discharge with rising current.
    PulseOrder {
        /// Where.
        place: Place,
    },
    /// Pulses of another width than the wanted one.
    PulseWidth {
        /// Where, or the whole file (row 0).
        place: Place,
        /// The width wanted, in milliseconds.
        wanted_ms: u32,
    },
    /// The same battery at the same state of charge twice.
    Duplicate {
        /// Where the second one is.
        place: Place,
    },
    /// Fewer batteries than a model needs.
    TooFewBatteries {
        /// Type of battery.
        class: String,
        /// Batteries there are.
        n_found: usize,
        /// Batteries needed.
        n_needed: usize,
    },
    /// Batteries of several capacities or cathodes where one type is needed.
    MixedTypes {
        /// The types found.
        classes: Vec<String>,
    },
    /// No record has a state-of-health label.
    NoLabels,
    /// The model needs the state of charge and the record has none.
    NoSoc,
    /// A model, query or table with another number of turning points.
    WrongWidth {
        /// Turning points wanted.
        wanted: usize,
        /// Turning points found.
        found: usize,
    },
    /// The rows do not determine a model (repeated or constant rows).
    Degenerate,
    /// A model file that does not parse, or of another format.
    BadModel,
    /// No such experiment case.
    NoSuchCase {
        /// The case asked for.
        case: usize,
    },
}

impl HealthError {
    /// Where it was found, for what was found in a file.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::NotANumber { place, .. }
            | Self::VoltageOutOfRange { place, .. }
            | Self::SocOutOfRange { place }
            | Self::SohOutOfRange { place }
            | Self::SwappedPolarity { place }
            | Self::Saturated { place, .. }
            | Self::MissingPulses { place, .. }
            | Self::PulseOrder { place }
            | Self::PulseWidth { place, .. }
            | Self::Duplicate { place } => Some(place),
            _ => None,
        }
    }
}

impl Coded for HealthError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotPulseData { .. } => "health-not-pulse-data",
            Self::NotANumber { .. } => "health-not-a-number",
            Self::VoltageOutOfRange { .. } => "health-voltage-out-of-range",
            Self::SocOutOfRange { .. } => "health-soc-out-of-range",
            Self::SohOutOfRange { .. } => "health-soh-out-of-range",
            Self::SwappedPolarity { .. } => "health-swapped-polarity",
            Self::Saturated { .. } => "health-saturated",
            Self::MissingPulses { .. } => "health-missing-pulses",
            Self::PulseOrder { .. } => "health-pulse-order",
            Self::PulseWidth { .. } => "health-pulse-width",
            Self::Duplicate { .. } => "health-duplicate",
            Self::TooFewBatteries { .. } => "health-too-few-batteries",
            Self::MixedTypes { .. } => "health-mixed-types",
            Self::NoLabels => "health-no-labels",
            Self::NoSoc => "health-no-soc",
            Self::WrongWidth { .. } => "health-wrong-width",
            Self::Degenerate => "health-degenerate",
            Self::BadModel => "health-bad-model",
            Self::NoSuchCase { .. } => "health-no-such-case",
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        let at = |place: &Place| {
            vec![
                ("source", place.source.clone()),
                ("row", place.row.to_string()),
            ]
        };
        match self {
            Self::NotPulseData { source, missing } => {
                vec![("source", source.clone()), ("missing", missing.join(", "))]
            }
            Self::NotANumber { place, column }
            | Self::VoltageOutOfRange { place, column }
            | Self::Saturated { place, column } => {
                let mut params = at(place);
                params.push(("column", column.clone()));
                params
            }
            Self::SocOutOfRange { place }
            | Self::SohOutOfRange { place }
            | Self::SwappedPolarity { place }
            | Self::PulseOrder { place }
            | Self::Duplicate { place } => at(place),
            Self::MissingPulses {
                place,
                n_found,
                n_needed,
            } => {
                let mut params = at(place);
                params.push(("found", n_found.to_string()));
                params.push(("needed", n_needed.to_string()));
                params
            }
            Self::PulseWidth { place, wanted_ms } => {
                let mut params = at(place);
                params.push(("wanted_ms", wanted_ms.to_string()));
                params
            }
            Self::TooFewBatteries {
                class,
                n_found,
                n_needed,
            } => vec![
                ("class", class.clone()),
                ("found", n_found.to_string()),
                ("needed", n_needed.to_string()),
            ],
            Self::MixedTypes { classes } => vec![("classes", classes.join(", "))],
            Self::WrongWidth { wanted, found } => {
                vec![("wanted", wanted.to_string()), ("found", found.to_string())]
            }
            Self::NoSuchCase { case } => vec![("case", case.to_string())],
            Self::NoLabels | Self::NoSoc | Self::Degenerate | Self::BadModel => Vec::new(),
        }
    }
}

impl fmt::Display for HealthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPulseData { source, missing } => write!(
                f,
                "{source}: no pulse data; the nearest match lacks {}",
                missing.join(", ")
            ),
            Self::NotANumber { place, column } => {
                write!(f, "{place}: column {column} is empty or not a number")
            }
            Self::VoltageOutOfRange { place, column } => {
                write!(f, "{place}: column {column} is outside 0.5-5.5 V")
            }
            Self::SocOutOfRange { place } => {
                write!(f, "{place}: state of charge outside 0-100 %")
            }
            Self::SohOutOfRange { place } => {
                write!(f, "{place}: state of health outside 0.2-1.2")
            }
            Self::SwappedPolarity { place } => write!(
                f,
                "{place}: the first pulse lowers the voltage; is the polarity swapped?"
            ),
            Self::Saturated { place, column } => {
                write!(f, "{place}: {column} met a voltage limit")
            }
            Self::MissingPulses {
                place,
                n_found,
                n_needed,
            } => write!(
                f,
                "{place}: {n_found} turning points of the {n_needed} needed"
            ),
            Self::PulseOrder { place } => write!(
                f,
                "{place}: pulses must charge, then discharge, with rising current"
            ),
            Self::PulseWidth { place, wanted_ms } => write!(
                f,
                "{place}: no pulses of {} s",
                f64::from(*wanted_ms) / 1000.0
            ),
            Self::Duplicate { place } => {
                write!(
                    f,
                    "{place}: this battery and state of charge were read before"
                )
            }
            Self::TooFewBatteries {
                class,
                n_found,
                n_needed,
            } => write!(f, "{class}: {n_found} batteries, {n_needed} needed"),
            Self::MixedTypes { classes } => write!(
                f,
                "one type of battery at a time, found {}",
                classes.join(", ")
            ),
            Self::NoLabels => write!(f, "no record has a state-of-health label"),
            Self::NoSoc => {
                f.write_str("the model needs the state of charge, and a record has none")
            }
            Self::WrongWidth { wanted, found } => {
                write!(f, "{found} turning points where {wanted} are wanted")
            }
            Self::Degenerate => write!(f, "the rows do not determine a model"),
            Self::BadModel => write!(f, "not a health model of this version"),
            Self::NoSuchCase { case } => write!(f, "no case {case}; there are 0 to 7"),
        }
    }
}

impl std::error::Error for HealthError {}
