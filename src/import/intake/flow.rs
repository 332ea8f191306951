//! Step words: what a maker's word for a step says flows.

/// What flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Charging.
    Charge,
    /// Discharging.
    Discharge,
    /// Neither, or an unknown word.
    Other,
}

/// What a step word says flows.
pub fn flow_of(word: &str) -> Flow {
    let word = crate::letters::lowercase(word.trim());
    match word.as_str() {
        "d" | "dis" => return Flow::Discharge,
        "c" => return Flow::Charge,
        _ => {}
    }
    const DISCHARGE: &[&str] = &[
        "dchg", "disch", "dch", "entlad", "放电", "d-chg", "cc_d", "ccd",
    ];
    const CHARGE: &[&str] = &["chg", "charg", "cha", "laden", "充电", "cc-cv", "cccv"];
    if DISCHARGE.iter().any(|part| word.contains(part)) {
        Flow::Discharge
    } else if CHARGE.iter().any(|part| word.contains(part)) {
        Flow::Charge
    } else {
        Flow::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_words() {
        for (word, flow) in [
            ("C", Flow::Charge),
            ("D", Flow::Discharge),
            ("R", Flow::Other),
            ("CC Chg", Flow::Charge),
            ("CCCV Chg", Flow::Charge),
            ("CC DChg", Flow::Discharge),
            ("CC_Dchg", Flow::Discharge),
            ("Rest", Flow::Other),
            ("恒流充电", Flow::Charge),
            ("恒流恒压充电", Flow::Charge),
            ("恒流放电", Flow::Discharge),
            ("搁置", Flow::Other),
            ("DCH", Flow::Discharge),
            ("CHA", Flow::Charge),
            ("Discharge", Flow::Discharge),
            ("Charge", Flow::Charge),
            ("PAU", Flow::Other),
        ] {
            assert_eq!(flow_of(word), flow, "{word}");
        }
    }
}
