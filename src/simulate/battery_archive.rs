//! Rows as a Battery Archive time series CSV.

use super::protocol::Row;

const HEADER: &str = "Date_Time,Test_Time (s),Cycle_Index,Current (A),Voltage (V),\
Charge_Capacity (Ah),Discharge_Capacity (Ah),Charge_Energy (Wh),Discharge_Energy (Wh),\
Environment_Temperature (C),Cell_Temperature (C)\n";

/// Seconds from the Unix epoch to 2021-01-01 00:00:00.
const FIRST_DAY_S: u64 = 1_609_459_200;

/// One file; `start_s` is the date of its first row in seconds after 2021-01-01.
pub(super) fn write(rows: &[Row], ambient_c: f64, start_s: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER.len() + rows.len() * 96);
    out.extend_from_slice(HEADER.as_bytes());
    for row in rows {
        date_time(&mut out, FIRST_DAY_S + start_s + row.time_s.max(0.0) as u64);
        for (value, decimals) in [
            (row.time_s, 3),
            (f64::from(row.cycle), 0),
            (row.current_a, 4),
            (row.voltage_v, 4),
            (row.charge_ah, 5),
            (row.discharge_ah, 5),
            (row.charge_wh, 5),
            (row.discharge_wh, 5),
            (ambient_c, 1),
            (row.celsius, 1),
        ] {
            out.push(b',');
            // A blank entry is what a missed reading looks like.
            if value.is_finite() {
                fixed(&mut out, value, decimals);
            }
        }
        out.push(b'\n');
    }
    out
}

/// Decimal notation without trailing zeros; exact integer arithmetic after one rounding, so the
/// same bytes everywhere.
pub(super) fn fixed(out: &mut Vec<u8>, value: f64, decimals: u32) {
    let scale = 10_u64.pow(decimals);
    let scaled = (value.abs() * scale as f64 + 0.5) as u64;
    if value < 0.0 && scaled > 0 {
        out.push(b'-');
    }
    integer(out, scaled / scale, 1);
    let (mut rest, mut width) = (scaled % scale, decimals);
    while width > 0 && rest % 10 == 0 {
        rest /= 10;
        width -= 1;
    }
    if width > 0 {
        out.push(b'.');
        integer(out, rest, width as usize);
    }
}

/// Decimal digits, padded with zeros to `width`.
fn integer(out: &mut Vec<u8>, mut value: u64, width: usize) {
    let start = out.len();
    while value > 0 || out.len() < start + width {
        out.push(b'0' + (value % 10) as u8);
        value /= 10;
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

/// `YYYY-MM-DD hh:mm:ss` of a Unix time (Hinnant's days-to-civil algorithm).
fn date_time(out: &mut Vec<u8>, unix_s: u64) {
    let (days, seconds) = (unix_s / 86_400 + 719_468, unix_s % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    for (value, width, after) in [
        (year, 4, b'-'),
        (month, 2, b'-'),
        (day, 2, b' '),
        (seconds / 3600, 2, b':'),
        (seconds / 60 % 60, 2, b':'),
    ] {
        integer(out, value, width);
        out.push(after);
    }
    integer(out, seconds % 60, 2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_are_written_exactly() {
        for (value, decimals, expected) in [
            (0.0, 4, "0"),
            (-0.00001, 4, "0"),
            (3.6, 4, "3.6"),
            (-1.25, 3, "-1.25"),
            (12.0005, 4, "12.0005"),
            (7.0, 0, "7"),
            (0.99999, 4, "1"),
        ] {
            let mut out = Vec::new();
            fixed(&mut out, value, decimals);
            assert_eq!(out, expected.as_bytes());
        }
        for (seconds, expected) in [
            (FIRST_DAY_S, "2021-01-01 00:00:00"),
            // date -u -d @1709210096
            (1_709_210_096, "2024-02-29 12:34:56"),
        ] {
            let mut out = Vec::new();
            date_time(&mut out, seconds);
            assert_eq!(out, expected.as_bytes());
        }
    }
}
