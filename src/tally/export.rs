//! The decision table as CSV, with stable columns.

use super::{Level, Status, Tally};
use crate::round::Catalogue;
use std::fmt::Write;

impl Status {
    /// Stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Coarse => "coarse",
            Self::Undecided => "undecided",
            Self::Unknown => "unknown",
        }
    }
}

impl Level {
    /// Stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Cathode => "cathode",
            Self::Family => "family",
        }
    }
}

/// One line per battery: `battery,class,confidence,margin,status,level,answer,
/// answer_confidence,decisive,control,soh,soh_half_width,soh_outside`, then one probability per class, `p:NAME`.
/// `decisive` joins the names of the voters whose absence would change the class with `;`.
pub fn to_csv(tally: &Tally, catalogue: &Catalogue, batteries: &[String]) -> String {
    let mut out = String::from(
        "battery,class,confidence,margin,status,level,answer,answer_confidence,decisive,control,\
         soh,soh_half_width,soh_outside",
    );
    for class in &catalogue.classes {
        out.push(',');
        push_field(&mut out, &format!("p:{}", class.name));
    }
    out.push('\n');
    for decision in &tally.decisions {
        let battery = batteries.get(decision.battery).map_or("", String::as_str);
        let class = catalogue
            .classes
            .get(decision.class)
            .map_or("", |c| c.name.as_str());
        let decisive: Vec<&str> = decision
            .decisive
            .iter()
            .filter_map(|&voter| tally.voters.get(voter))
            .map(|voter| voter.name.as_str())
            .collect();
        push_field(&mut out, battery);
        out.push(',');
        push_field(&mut out, class);
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            ",{:.4},{:.4},{},{},",
            decision.confidence,
            decision.margin,
            decision.status.name(),
            decision.level.name()
        );
        push_field(&mut out, &decision.answer);
        let _ = write!(out, ",{:.4},", decision.answer_confidence);
        push_field(&mut out, &decisive.join(";"));
        out.push_str(if decision.is_control { ",yes" } else { ",no" });
        let _ = match decision.soh {
            Some(soh) => {
                let outside = if soh.outside { "yes" } else { "no" };
                write!(out, ",{:.3},{:.3},{outside}", soh.soh, soh.half_width)
            }
            None => write!(out, ",,,"),
        };
        for p in &decision.probabilities {
            let _ = write!(out, ",{p:.4}");
        }
        out.push('\n');
    }
    out
}

/// Appends a field, quoted where RFC 4180 asks for it. A leading `=`, `+`, `-` or `@` is led by
/// an apostrophe: names come from strangers and spreadsheets run formulas.
pub fn push_field(out: &mut String, field: &str) {
    let is_formula = field.starts_with(['=', '+', '-', '@']);
    let needs_quotes = field.contains([',', '"', '\n', '\r']);
    if needs_quotes {
        out.push('"');
    }
    if is_formula {
        out.push('\'');
    }
    for c in field.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    if needs_quotes {
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_formulas_disarmed() {
        for (field, expected) in [
            ("cell 1", "cell 1"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
        ] {
            let mut out = String::new();
            push_field(&mut out, field);
            assert_eq!(out, expected);
        }
    }
}
