//! Elapsed time from whatever a file counts: test time, step time, or dates.

use super::number;
use super::report::Findings;

/// Where elapsed time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A column of the time since the start of the test.
    Test,
    /// A column that restarts with each step.
    Step,
    /// Dates and times of day.
    Wall,
}

/// Makes elapsed time run forward: drops and jumps are cut and counted.
#[derive(Debug)]
pub struct Clock {
    source: Source,
    raw: Option<f64>,
    offset: f64,
    last: f64,
    /// Typical step, an exponential mean of the plausible ones.
    typical: f64,
}

impl Clock {
    /// A clock before its first row.
    pub fn new(source: Source) -> Self {
        Self {
            source,
            raw: None,
            offset: 0.0,
            last: 0.0,
            typical: 0.0,
        }
    }

    /// Where its time comes from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Elapsed time of a row; `flowing` says that the same current runs before and after.
    #[inline]
    pub fn tick(&mut self, raw: f64, flowing: bool, row: u64, findings: &mut Findings) -> f64 {
        let Some(before) = self.raw.replace(raw) else {
            self.offset = if self.source == Source::Step {
                0.0
            } else {
                -raw
            };
            self.last = raw + self.offset;
            return self.last;
        };
        let step = raw - before;
        if step < 0.0 {
            match self.source {
                // The new step started where the old one ended, and the row is `raw` into it.
                Source::Step => self.offset = self.last,
                _ => {
                    self.offset = self.last + self.typical - raw;
                    findings.at("time-restarts", row);
                }
            }
        } else if flowing && step > 7200.0 && step > 500.0 * self.typical && self.typical > 0.0 {
            // Hours of current between two neighbouring rows: the clock jumped, not the charge.
            self.offset = self.last + self.typical - raw;
            findings.at("clock-jump", row);
        } else if step > 0.0 {
            self.typical = if self.typical == 0.0 {
                step
            } else {
                self.typical + 0.05 * (step.min(20.0 * self.typical) - self.typical)
            };
        }
        self.last = raw + self.offset;
        self.last
    }
}

/// Order of day and month in `a/b/year` dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Not seen yet: no field above 12 and no change of date.
    Open,
    /// Month first.
    MonthDay,
    /// Day first.
    DayMonth,
}

/// Reads dates of one file, working out the order of day and month from the rows themselves.
#[derive(Debug)]
pub struct Calendar {
    order: DateOrder,
    last: Option<Parts>,
    /// Keeps time continuous when the order is found out after the first date.
    shift_s: f64,
    was_open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Parts {
    year: i64,
    first: i64,
    second: i64,
    is_iso: bool,
    seconds: f64,
}

impl Calendar {
    /// A calendar that knows no order yet.
    pub fn new() -> Self {
        Self {
            order: DateOrder::Open,
            last: None,
            shift_s: 0.0,
            was_open: false,
        }
    }

    /// The order found so far.
    pub fn order(&self) -> DateOrder {
        self.order
    }

    /// Seconds since 1970-01-01 of a date, an epoch number, an Excel serial or a MATLAB datenum.
    pub fn seconds(&mut self, field: &[u8]) -> Option<f64> {
        if let Some(number) = number::parse(field, b'.') {
            return seconds_of_number(number);
        }
        let parts = parse_date(number::trim(field))?;
        if self.order == DateOrder::Open && !parts.is_iso {
            if parts.first > 12 {
                self.order = DateOrder::DayMonth;
            } else if parts.second > 12 {
                self.order = DateOrder::MonthDay;
            } else if let Some(last) = self.last {
                // The date changed: rows follow each other, so the nearer reading is the one.
                if (last.first, last.second) != (parts.first, parts.second) {
                    let ahead = |order| parts.seconds(order) - last.seconds(order);
                    let (by_day, by_month) =
                        (ahead(DateOrder::MonthDay), ahead(DateOrder::DayMonth));
                    self.order = if by_day >= 0.0 && (by_month < 0.0 || by_day < by_month) {
                        DateOrder::MonthDay
                    } else {
                        DateOrder::DayMonth
                    };
                }
            }
        }
        if let (Some(last), DateOrder::DayMonth, 0.0) = (self.last, self.order, self.shift_s) {
            if !parts.is_iso && self.was_open {
                self.shift_s = last.seconds(DateOrder::DayMonth) - last.seconds(DateOrder::Open);
            }
        }
        self.was_open = self.order == DateOrder::Open;
        self.last = Some(parts);
        Some(parts.seconds(self.order) - self.shift_s)
    }
}

impl Parts {
    fn seconds(&self, order: DateOrder) -> f64 {
        let (month, day) = match (self.is_iso, order) {
            (false, DateOrder::DayMonth) => (self.second, self.first),
            _ => (self.first, self.second),
        };
        days_from_civil(self.year, month, day) as f64 * 86_400.0 + self.seconds
    }
}

fn seconds_of_number(number: f64) -> Option<f64> {
    // Disjoint ranges: epoch s, ms, µs, ns (2001-2096), Excel days (1954-2119), MATLAB days.
    Some(match number {
        n if (1e9..4e9).contains(&n) => n,
        n if (1e12..4e12).contains(&n) => n / 1e3,
        n if (1e15..4e15).contains(&n) => n / 1e6,
        n if (1e18..4e18).contains(&n) => n / 1e9,
        n if (20_000.0..80_000.0).contains(&n) => (n - 25_569.0) * 86_400.0,
        n if (700_000.0..800_000.0).contains(&n) => (n - 719_529.0) * 86_400.0,
        _ => return None,
    })
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant's algorithm).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn parse_date(field: &[u8]) -> Option<Parts> {
    const MONTHS: [&[u8; 3]; 12] = [
        b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov",
        b"dec",
    ];
    let mut numbers: [(i64, usize); 3] = [(0, 0); 3];
    let mut n_numbers = 0;
    let mut rest = field;
    let mut named_month = None;
    while n_numbers < 3 {
        let byte = *rest.first()?;
        if byte.is_ascii_digit() {
            let n_digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if n_digits > 4 {
                return None;
            }
            let value = rest
                .get(..n_digits)?
                .iter()
                .fold(0_i64, |value, byte| value * 10 + i64::from(byte - b'0'));
            *numbers.get_mut(n_numbers)? = (value, n_digits);
            n_numbers += 1;
            rest = rest.get(n_digits..)?;
        } else if byte.is_ascii_alphabetic() {
            let word = rest.get(..3)?.to_ascii_lowercase();
            let month = MONTHS.iter().position(|name| **name == *word)? as i64 + 1;
            named_month = Some(n_numbers);
            *numbers.get_mut(n_numbers)? = (month, 2);
            n_numbers += 1;
            let skip = rest
                .iter()
                .take_while(|byte| byte.is_ascii_alphabetic())
                .count();
            rest = rest.get(skip..)?;
        } else {
            rest = rest.get(1..)?;
        }
    }
    // Signs such as 年 月 日 fall between digits and are skipped above.
    let [(a, a_digits), (b, _), (c, c_digits)] = numbers;
    let (year, first, second, is_iso) = if a_digits == 4 {
        (a, b, c, true)
    } else if named_month == Some(1) {
        (if c_digits == 4 { c } else { 2000 + c }, b, a, true)
    } else {
        (if c_digits == 4 { c } else { 2000 + c }, a, b, false)
    };
    if !(1970..2200).contains(&year) || first < 1 || second < 1 || first > 31 || second > 31 {
        return None;
    }
    let is_afternoon = rest.iter().any(|byte| matches!(byte, b'P' | b'p'));
    let is_morning = rest.iter().any(|byte| matches!(byte, b'A' | b'a'));
    let start = rest
        .iter()
        .position(u8::is_ascii_digit)
        .unwrap_or(rest.len());
    let clock = rest.get(start..)?;
    let end = clock
        .iter()
        .position(|byte| !(byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b',')))
        .unwrap_or(clock.len());
    let clock = clock.get(..end)?;
    let mut seconds = 0.0;
    let mut scale = 3600.0;
    for part in clock.split(|byte| *byte == b':') {
        if part.is_empty() {
            break;
        }
        seconds += number::parse(part, b'.').or_else(|| number::parse(part, b','))? * scale;
        scale /= 60.0;
    }
    if is_afternoon && seconds < 43_200.0 {
        seconds += 43_200.0;
    } else if is_morning && seconds >= 43_200.0 {
        seconds -= 43_200.0;
    }
    Some(Parts {
        year,
        first,
        second,
        is_iso,
        seconds,
    })
}

/// Compares elapsed time with the wall clock to find a wrong unit (trap 8).
#[derive(Debug, Default)]
pub struct ClockCheck {
    last: Option<(f64, f64)>,
    ratios: Vec<f64>,
}

impl ClockCheck {
    /// Notes a pair of unrepaired elapsed time and wall clock.
    pub fn note(&mut self, elapsed: f64, wall: f64) {
        if let Some((elapsed_before, wall_before)) = self.last.replace((elapsed, wall)) {
            let (elapsed, wall) = (elapsed - elapsed_before, wall - wall_before);
            if elapsed > 0.0 && wall >= 5.0 && self.ratios.len() < 256 {
                self.ratios.push(elapsed / wall);
            }
        }
    }

    /// Factor that elapsed time needs, if it is off by a power of the known ones.
    pub fn factor(&self) -> Option<f64> {
        let mut ratios = self.ratios.clone();
        if ratios.len() < 3 {
            return None;
        }
        crate::order::sort_numbers(&mut ratios);
        let median = *ratios.get(ratios.len() / 2)?;
        // The last is a share of a day, as spreadsheets keep durations.
        [1e9, 1e6, 1e3, 1.0 / 60.0, 1.0 / 3600.0, 1.0 / 86_400.0]
            .into_iter()
            .find(|known| (median / known - 1.0).abs() < 0.1)
            .map(|known| 1.0 / known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (field, seconds) in [
            ("1970-01-02 00:00:01", Some(86_401.0)),
            ("2010-09-02 14:35:40", Some(1_283_438_140.0)),
            ("2010-09-02T14:35:40.500", Some(1_283_438_140.5)),
            ("2010/09/02 14:35:40", Some(1_283_438_140.0)),
            ("02-Sep-2010 14:35:40", Some(1_283_438_140.0)),
            ("09/02/2010 2:35:40 PM", Some(1_283_438_140.0)),
            ("2010年09月02日 14:35:40", Some(1_283_438_140.0)),
            ("1283438140", Some(1_283_438_140.0)),
            ("1283438140000", Some(1_283_438_140.0)),
            ("40423.6081018519", Some(1_283_438_140.0)),
            ("734383.6081018519", Some(1_283_438_140.0)),
            ("2022-04-12 12:00:05 AM", Some(1_649_721_605.0)),
            ("12", None),
            ("n/a", None),
            ("", None),
        ] {
            let found = Calendar::new().seconds(field.as_bytes());
            match (found, seconds) {
                (Some(found), Some(seconds)) => assert!((found - seconds).abs() < 0.01, "{field}"),
                (found, seconds) => assert_eq!(found, seconds, "{field}"),
            }
        }
    }

    #[test]
    fn day_and_month_are_told_apart_by_the_next_day() {
        for (fields, order) in [
            (
                ["07/08/2013 23:59:00", "07/09/2013 00:01:00"],
                DateOrder::MonthDay,
            ),
            (
                ["07/08/2013 23:59:00", "08/08/2013 00:01:00"],
                DateOrder::DayMonth,
            ),
            (
                ["13/08/2013 23:59:00", "14/08/2013 00:01:00"],
                DateOrder::DayMonth,
            ),
            (
                ["07/08/2013 10:00:00", "07/08/2013 11:00:00"],
                DateOrder::Open,
            ),
        ] {
            let mut calendar = Calendar::new();
            for field in fields {
                calendar.seconds(field.as_bytes()).unwrap();
            }
            assert_eq!(calendar.order(), order, "{fields:?}");
        }
    }

    #[test]
    fn time_runs_forward() {
        for (source, raw, expected) in [
            (
                Source::Test,
                [10.0, 20.0, 30.0, 0.0, 10.0],
                [0.0, 10.0, 20.0, 30.0, 40.0],
            ),
            (
                Source::Step,
                [10.0, 20.0, 30.0, 5.0, 15.0],
                [10.0, 20.0, 30.0, 35.0, 45.0],
            ),
        ] {
            let mut clock = Clock::new(source);
            let mut findings = Findings::default();
            for (raw, expected) in raw.into_iter().zip(expected) {
                assert_eq!(
                    clock.tick(raw, true, 1, &mut findings),
                    expected,
                    "{source:?}"
                );
            }
        }
    }

    #[test]
    fn a_clock_that_jumps_a_year_adds_no_charge() {
        let mut clock = Clock::new(Source::Test);
        let mut findings = Findings::default();
        let times: Vec<f64> = [0.0, 10.0, 20.0, 31_536_020.0, 31_536_030.0]
            .into_iter()
            .map(|raw| clock.tick(raw, true, 7, &mut findings))
            .collect();
        assert_eq!(times, [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(
            findings.get("clock-jump").map(|finding| finding.count),
            Some(1)
        );
    }

    #[test]
    fn milliseconds_under_a_seconds_heading_are_found() {
        let mut check = ClockCheck::default();
        for row in 0..10 {
            check.note(f64::from(row) * 30_000.0, f64::from(row) * 30.0);
        }
        assert_eq!(check.factor(), Some(1e-3));
    }
}
