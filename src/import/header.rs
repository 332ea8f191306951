//! Header cells: which quantity, in which unit.

use serde::{Deserialize, Serialize};

/// What a column of a cycler file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// Elapsed time of the test.
    Time,
    /// Elapsed time of the step, restarting with each.
    StepTime,
    /// Date and time of day.
    Clock,
    /// Terminal voltage.
    Voltage,
    /// Current.
    Current,
    /// Cycle number.
    Cycle,
    /// Step word: charge, discharge, rest.
    State,
    /// Counter of charge moved while charging.
    ChargeCapacity,
    /// Counter of charge moved while discharging.
    DischargeCapacity,
    /// One counter for both directions.
    Capacity,
}

impl Quantity {
    /// Name as written in reports and mappings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::StepTime => "step-time",
            Self::Clock => "clock",
            Self::Voltage => "voltage",
            Self::Current => "current",
            Self::Cycle => "cycle",
            Self::State => "state",
            Self::ChargeCapacity => "charge-capacity",
            Self::DischargeCapacity => "discharge-capacity",
            Self::Capacity => "capacity",
        }
    }

    fn units(self) -> &'static [(&'static str, f64)] {
        match self {
            Self::Time | Self::StepTime => TIME_UNITS,
            Self::Voltage => VOLTAGE_UNITS,
            Self::Current => CURRENT_UNITS,
            Self::ChargeCapacity | Self::DischargeCapacity | Self::Capacity => CAPACITY_UNITS,
            Self::Clock => CLOCK_UNITS,
            Self::Cycle => CYCLE_UNITS,
            Self::State => &[],
        }
    }

    /// Factor from `unit` to s, V, A or Ah, if it is a unit of this quantity.
    pub fn factor(self, unit: &str) -> Option<f64> {
        self.factor_of_clean(&clean_unit(unit))
    }

    /// As [`factor`](Self::factor), of a unit in the form of [`clean_unit`].
    pub(super) fn factor_of_clean(self, unit: &str) -> Option<f64> {
        // `h:m:s` in any spelling: the field itself is read as a duration.
        if unit.contains(':') && matches!(self, Self::Time | Self::StepTime) {
            return Some(1.0);
        }
        self.units()
            .iter()
            .find(|(name, _)| *name == unit)
            .map(|(_, factor)| *factor)
    }
}

const TIME_UNITS: &[(&str, f64)] = &[
    ("s", 1.0),
    ("sec", 1.0),
    ("secs", 1.0),
    ("second", 1.0),
    ("seconds", 1.0),
    ("秒", 1.0),
    ("ms", 1e-3),
    ("msec", 1e-3),
    ("millisecond", 1e-3),
    ("milliseconds", 1e-3),
    ("毫秒", 1e-3),
    ("us", 1e-6),
    ("min", 60.0),
    ("mins", 60.0),
    ("minute", 60.0),
    ("minutes", 60.0),
    ("分", 60.0),
    ("分钟", 60.0),
    ("h", 3600.0),
    ("hr", 3600.0),
    ("hrs", 3600.0),
    ("hour", 3600.0),
    ("hours", 3600.0),
    ("时", 3600.0),
    ("小时", 3600.0),
    ("d", 86_400.0),
    ("day", 86_400.0),
    ("days", 86_400.0),
];

const VOLTAGE_UNITS: &[(&str, f64)] = &[
    ("v", 1.0),
    ("volt", 1.0),
    ("volts", 1.0),
    ("伏", 1.0),
    ("mv", 1e-3),
    ("millivolt", 1e-3),
    ("millivolts", 1e-3),
    ("毫伏", 1e-3),
    ("uv", 1e-6),
];

const CURRENT_UNITS: &[(&str, f64)] = &[
    ("a", 1.0),
    ("amp", 1.0),
    ("amps", 1.0),
    ("ampere", 1.0),
    ("amperes", 1.0),
    ("安", 1.0),
    ("ma", 1e-3),
    ("milliamp", 1e-3),
    ("milliamps", 1e-3),
    ("milliampere", 1e-3),
    ("毫安", 1e-3),
    ("ua", 1e-6),
    ("microamp", 1e-6),
];

const CAPACITY_UNITS: &[(&str, f64)] = &[
    ("ah", 1.0),
    ("amphr", 1.0),
    ("amphour", 1.0),
    ("amperehour", 1.0),
    ("安时", 1.0),
    ("mah", 1e-3),
    ("mamphr", 1e-3),
    ("milliampehour", 1e-3),
    ("milliamperehour", 1e-3),
    ("毫安时", 1e-3),
    ("uah", 1e-6),
    ("as", 1.0 / 3600.0),
    ("c", 1.0 / 3600.0),
    ("coulomb", 1.0 / 3600.0),
];

const CLOCK_UNITS: &[(&str, f64)] = &[
    ("s", 1.0),
    ("second", 1.0),
    ("ms", 1e-3),
    ("ns", 1e-9),
    ("us", 1e-6),
];

const CYCLE_UNITS: &[(&str, f64)] = &[("1", 1.0), ("count", 1.0), ("-", 1.0), ("", 1.0)];

/// A header cell, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Letters and digits only, lower case: what the dialect tables hold.
    pub label: String,
    /// Unit as written, if the heading names one.
    pub unit: Option<String>,
}

/// Takes a heading apart: `Voltage / V`, `Voltage(V)`, `U[V]`, `Voltage#V`, `<I>/mA`,
/// `voltage_volt` and `电压(V)` all give a label and a unit.
pub fn parse_heading(cell: &str) -> Heading {
    let cell = simplify(cell);
    let (label, unit) = split_unit(&cell);
    Heading {
        label: squeeze(label),
        unit: unit.map(|unit| unit.trim().to_string()),
    }
}

/// Lower case, one form for look-alike signs (`℃ ° Ω µ`, full-width brackets, hard spaces).
fn simplify(cell: &str) -> String {
    let mut simple = String::with_capacity(cell.len());
    for sign in cell
        .trim_matches(['\u{feff}', '"', '\'', ' ', '\t', '\r', '\u{a0}'])
        .chars()
    {
        match sign {
            '（' | '【' => simple.push('('),
            '）' | '】' => simple.push(')'),
            '：' => simple.push(':'),
            '／' => simple.push('/'),
            '\u{a0}' | '\u{2009}' | '\u{3000}' | '\t' | '\n' | '\r' => simple.push(' '),
            '℃' => simple.push_str("degc"),
            '°' | '˚' => simple.push_str("deg"),
            'Ω' | '\u{2126}' => simple.push_str("ohm"),
            'µ' | 'μ' => simple.push('u'),
            other => simple.push(other),
        }
    }
    crate::letters::lowercase(&simple)
}

fn split_unit(cell: &str) -> (&str, Option<&str>) {
    // A closing bracket at the end: the unit is inside, unless the whole cell is bracketed.
    for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
        if let Some(inner) = cell.strip_suffix(close) {
            if let Some(at) = inner.rfind(open) {
                if at > 0 {
                    // `电流(A)(1)` and the like never occur; `Time(h:min:s.ms)` does.
                    return (cell.get(..at).unwrap_or(""), inner.get(at + 1..));
                }
            }
        }
    }
    if let Some(at) = cell.rfind('#') {
        if at > 0 && at + 1 < cell.len() {
            return (cell.get(..at).unwrap_or(""), cell.get(at + 1..));
        }
    }
    if let Some(at) = cell.rfind('/') {
        if at > 0 {
            return (cell.get(..at).unwrap_or(""), cell.get(at + 1..));
        }
    }
    // Machine names: `voltage_volt`, `test_time_s`. `Voltage V` and `Current mA` likewise.
    for separator in ['_', ' ', ','] {
        if let Some(at) = cell.trim_end().rfind(separator) {
            let unit = cell.get(at + 1..).unwrap_or("").trim();
            // `current_1` numbers a cell.
            if at > 0 && !unit.starts_with(|sign: char| sign.is_ascii_digit()) && is_unit(unit) {
                return (cell.get(..at).unwrap_or(""), Some(unit));
            }
        }
    }
    (cell, None)
}

/// Whether a word is a unit of time, voltage, current or capacity (or a temperature, a power…).
pub fn is_unit(word: &str) -> bool {
    const OTHERS: &[&str] = &[
        "degc", "c", "k", "w", "wh", "mw", "mwh", "ohm", "mohm", "%", "n", "g", "hz", "w.h", "mpa",
        "1", "-", "count",
    ];
    let clean = clean_unit(word);
    if clean.is_empty() {
        return false;
    }
    OTHERS.contains(&clean.as_str())
        || [
            Quantity::Time,
            Quantity::Voltage,
            Quantity::Current,
            Quantity::Capacity,
        ]
        .into_iter()
        .any(|quantity| quantity.factor_of_clean(&clean).is_some())
}

/// A unit as the tables have it: small letters, no blanks, points or brackets.
pub(super) fn clean_unit(unit: &str) -> String {
    simplify(unit)
        .chars()
        .filter(|sign| {
            !matches!(
                sign,
                ' ' | '.' | '·' | '*' | '-' | '(' | ')' | '[' | ']' | '_'
            )
        })
        .collect()
}

/// Keeps letters, digits and the signs that tell labels apart (`<i>`, `(q-qo)`).
fn squeeze(label: &str) -> String {
    label
        .chars()
        .filter(|sign| sign.is_alphanumeric() || matches!(sign, '<' | '>' | '/'))
        .collect()
}

/// A heading as it is, unless it looks like data: a row of values taken for headings must not
/// leave the machine.
pub fn blanked(cell: &str) -> String {
    let n_digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let is_value = super::number::parse(cell.as_bytes(), b'.').is_some()
        || super::number::parse(cell.as_bytes(), b',').is_some();
    if (is_value && n_digits > 1) || n_digits > 3 || cell.chars().count() > 60 {
        "#".to_string()
    } else {
        cell.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings() {
        for (cell, label, unit) in [
            ("Voltage / V", "voltage", Some("v")),
            ("Test Time / s", "testtime", Some("s")),
            ("Cycle Count / 1", "cyclecount", Some("1")),
            ("Test_Time (s)", "testtime", Some("s")),
            ("Current(mA)", "current", Some("ma")),
            ("voltage_volt", "voltage", Some("volt")),
            ("test_time_s", "testtime", Some("s")),
            ("U[V]", "u", Some("v")),
            ("~Time[h]", "time", Some("h")),
            ("Voltage#V", "voltage", Some("v")),
            ("<I>/mA", "<i>", Some("ma")),
            ("(Q-Qo)/mA.h", "qqo", Some("ma.h")),
            ("Ecell/V", "ecell", Some("v")),
            ("control/V/mA", "control/v", Some("ma")),
            ("Amp-hr", "amphr", None),
            ("Test (Sec)", "test", Some("sec")),
            ("电压(V)", "电压", Some("v")),
            ("电流/mA", "电流", Some("ma")),
            ("比容量/mAh/g", "比容量/mah", Some("g")),
            ("相对时间(h:min:s.ms)", "相对时间", Some("h:min:s.ms")),
            ("\u{feff}Voltage（V）", "voltage", Some("v")),
            ("Charge_Capacity", "chargecapacity", None),
            ("Voltage_measured", "voltagemeasured", None),
            ("Temperature (°C)", "temperature", Some("degc")),
        ] {
            let heading = parse_heading(cell);
            assert_eq!(
                (heading.label.as_str(), heading.unit.as_deref()),
                (label, unit),
                "{cell}"
            );
        }
    }

    #[test]
    fn factors() {
        for (quantity, unit, factor) in [
            (Quantity::Time, "Min", Some(60.0)),
            (Quantity::Time, "h:min:s.ms", Some(1.0)),
            (Quantity::Voltage, "mV", Some(1e-3)),
            (Quantity::Current, "mA", Some(1e-3)),
            (Quantity::Capacity, "mA.h", Some(1e-3)),
            (Quantity::Capacity, "A·h", Some(1.0)),
            (Quantity::Voltage, "s", None),
            (Quantity::Capacity, "g", None),
        ] {
            assert_eq!(quantity.factor(unit), factor, "{unit}");
        }
    }
}
