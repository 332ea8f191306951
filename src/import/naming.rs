//! Battery identifier and nominal capacity from preambles and file names.

use super::manifest;
use super::number::decimal_number;

/// Words that tell charge from discharge in names of files that hold only one of them.
const DIRECTIONS: &[&str] = &[
    "charge",
    "discharge",
    "chg",
    "dchg",
    "dis",
    "cha",
    "dch",
    "charging",
    "discharging",
    "充电",
    "放电",
];

/// Words of archives that follow the cell's name.
const SUFFIXES: &[&str] = &["_timeseries", "_time_series", ".bdf"];

/// Battery identifier of a file name. `is_half` says that the file holds a charge or a discharge
/// only: then the word for it and a running number do not belong to the cell.
pub fn cell_id(path: &str, is_half: bool) -> String {
    let mut name = manifest::stem(path);
    for suffix in SUFFIXES {
        name = name.strip_suffix(suffix).unwrap_or(name);
    }
    if is_half {
        let tokens: Vec<&str> = name
            .split(['_', '-', ' ', '.'])
            .filter(|token| !token.is_empty())
            .collect();
        let is_direction =
            |token: &str| DIRECTIONS.contains(&crate::letters::lowercase(token).as_str());
        if let Some(at) = tokens.iter().position(|token| is_direction(token)) {
            let is_number = |token: &&&str| !token.bytes().all(|byte| byte.is_ascii_digit());
            let kept: Vec<&str> = tokens
                .iter()
                .take(at)
                .chain(tokens.iter().skip(at + 1).filter(is_number))
                .copied()
                .collect();
            if !kept.is_empty() {
                return stem_of(name, &kept);
            }
        }
        // `B0005/discharge/05372.csv`: the folder above the direction.
        let folders: Vec<&str> = path.split(['/', '\\']).collect();
        if let Some(at) = folders.iter().position(|folder| is_direction(folder)) {
            if let Some(cell) = at.checked_sub(1).and_then(|at| folders.get(at)) {
                if !cell.is_empty() && *cell != "." && *cell != ".." {
                    return (*cell).to_string();
                }
            }
        }
    }
    without_date(name).to_string()
}

/// The kept tokens as they stood in the name, separators between them included where possible.
fn stem_of(name: &str, kept: &[&str]) -> String {
    let joined = kept.join("_");
    match kept.first().zip(kept.last()) {
        Some((first, last)) => {
            let start = name.find(first);
            let end = name.rfind(last).map(|at| at + last.len());
            match start.zip(end).and_then(|(start, end)| name.get(start..end)) {
                // Only if nothing that was dropped stands between.
                Some(part)
                    if part
                        .split(['_', '-', ' ', '.'])
                        .filter(|t| !t.is_empty())
                        .eq(kept.iter().copied()) =>
                {
                    part.to_string()
                }
                _ => joined,
            }
        }
        None => joined,
    }
}

/// `CS2_33_12_23_10` was measured on a day: files of other days are of the same cell.
fn without_date(name: &str) -> &str {
    let mut at = name.len();
    let mut numbers = Vec::new();
    while numbers.len() < 3 {
        let head = name.get(..at).unwrap_or("");
        let digits = head.bytes().rev().take_while(u8::is_ascii_digit).count();
        let number: u32 = match head.get(at - digits..).map(str::parse) {
            Some(Ok(number)) if (1..=2).contains(&digits) => number,
            _ => return name,
        };
        numbers.push(number);
        at -= digits;
        match name.as_bytes().get(at.wrapping_sub(1)) {
            Some(b'_' | b'-') => at -= 1,
            _ => return name,
        }
    }
    // Read backwards: year, day, month.
    match numbers.as_slice() {
        [year, day, month]
            if (5..40).contains(year) && (1..=31).contains(day) && (1..=12).contains(month) =>
        {
            name.get(..at)
                .filter(|head| !head.is_empty())
                .unwrap_or(name)
        }
        _ => name,
    }
}

/// Battery identifier in a preamble: `Cell: x`, `Barcode: x`. A bare number is a channel or a
/// position, not a name.
pub fn cell_id_in_preamble(preamble: &str) -> Option<String> {
    const KEYS: &[&str] = &[
        "cell id",
        "cell_id",
        "cell name",
        "battery id",
        "battery name",
        "barcode",
        "条码",
        "电池编号",
        "cell",
    ];
    for key in KEYS {
        for line in preamble.lines() {
            let line = line.trim_start_matches(['"', ' ', '[', '\t']);
            let Some((head, rest)) = line.split_at_checked(key.len()) else {
                continue;
            };
            if !head.eq_ignore_ascii_case(key) {
                continue;
            }
            let Some(value) = rest.strip_prefix([':', '=', '\t', ',', ';']) else {
                continue;
            };
            let value = value
                .split([',', ';', '\t', '"'])
                .next()
                .unwrap_or("")
                .trim();
            let is_name = value.len() >= 3 && value.chars().any(char::is_alphabetic);
            if is_name && value.len() < 60 {
                return Some(manifest::stem(value).to_string());
            }
        }
    }
    None
}

/// `Capacity (Ah): 0.24` and the like in a preamble (lower case there), Ah.
pub fn nominal_in_preamble(preamble: &str) -> Option<f64> {
    const KEYS: &[&str] = &[
        "nominal capacity",
        "rated capacity",
        "标称容量",
        "额定容量",
        "nominal",
        "capacity",
    ];
    const UNITS: &[(&str, f64)] = &[("mah", 1e-3), ("ma.h", 1e-3), ("ah", 1.0), ("a.h", 1.0)];
    for key in KEYS {
        for line in preamble.lines() {
            // At the start of the line: protocols mention capacity limits elsewhere.
            let Some(rest) = line.trim_start_matches(['"', ' ', '\t']).strip_prefix(key) else {
                continue;
            };
            let Some((_, factor)) = UNITS.iter().find(|(unit, _)| rest.contains(unit)) else {
                continue;
            };
            let Some(start) = rest.find(|sign: char| sign.is_ascii_digit()) else {
                continue;
            };
            let number: String = rest
                .get(start..)
                .unwrap_or("")
                .chars()
                .take_while(|sign| sign.is_ascii_digit() || *sign == '.')
                .collect();
            if let Some(value) = decimal_number(&number).and_then(|value| plausible(value * factor))
            {
                return Some(value);
            }
        }
    }
    None
}

/// `…_3500mAh_…` or `…_2.1Ah_…` in a file name, Ah.
pub fn nominal_in_name(path: &str) -> Option<f64> {
    let name = crate::letters::lowercase(manifest::base(path));
    for (unit, factor) in [("mah", 1e-3), ("ah", 1.0)] {
        for (at, _) in name.match_indices(unit) {
            let after = name.get(at + unit.len()..).unwrap_or("").chars().next();
            if after.is_some_and(char::is_alphanumeric) {
                continue;
            }
            let head = name.get(..at).unwrap_or("").trim_end_matches([' ', '_']);
            let digits = head
                .bytes()
                .rev()
                .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
                .count();
            let number = head
                .get(head.len() - digits..)
                .unwrap_or("")
                .trim_matches('.');
            if let Some(value) = decimal_number(number).and_then(|value| plausible(value * factor))
            {
                return Some(value);
            }
        }
    }
    None
}

fn plausible(nominal_ah: f64) -> Option<f64> {
    (1e-3..2000.0).contains(&nominal_ah).then_some(nominal_ah)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for (path, is_half, id) in [
            ("NASA-B0005__charge__05370.csv", true, "NASA-B0005"),
            ("NASA-B0005__discharge__05372.csv", true, "NASA-B0005"),
            ("charge_B0006.csv", true, "B0006"),
            ("B0005/discharge/05372.csv", true, "B0005"),
            ("B0005_discharge.csv", false, "B0005_discharge"),
            ("CS2_33_12_23_10.csv", false, "CS2_33"),
            ("CS2_36_2_3_11.xlsx", false, "CS2_36"),
            ("CY25-1_1-n6.csv", false, "CY25-1_1-n6"),
            (
                "SNL_18650_LFP_25C_0-100_0.5-1C_a_timeseries.csv",
                false,
                "SNL_18650_LFP_25C_0-100_0.5-1C_a",
            ),
            ("x.bdf.csv", false, "x"),
        ] {
            assert_eq!(cell_id(path, is_half), id, "{path}");
        }
        assert_eq!(
            cell_id_in_preamble("[summary]\ncell: n-3.csv\n"),
            Some("n-3".to_string())
        );
        assert_eq!(cell_id_in_preamble("cells are fine\n"), None);
    }

    #[test]
    fn nominal_capacities() {
        for (text, nominal) in [
            ("capacity (ah): 0.24", Some(0.24)),
            ("rated capacity (mah),2500,", Some(2.5)),
            ("nominal capacity: 3.2 ah", Some(3.2)),
            ("标称容量(ah): 35", Some(35.0)),
            ("area (cm2): 1.0", None),
        ] {
            assert_eq!(nominal_in_preamble(text), nominal, "{text}");
        }
        for (name, nominal) in [
            ("cell_3500mAh_7.csv", Some(3.5)),
            ("NMC_2.1Ah_W_5000.xlsx", Some(2.1)),
            ("LFP_35 Ah.csv", Some(35.0)),
            ("sahara.csv", None),
        ] {
            assert_eq!(nominal_in_name(name), nominal, "{name}");
        }
    }
}
