//! The table of rules.

/// How votes become a score per class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Every collaborator alone; the score of a class is the share that answers it. For
    /// evaluation only.
    Independent,
    /// Trees summed over collaborators.
    Majority,
    /// Trees weighted by the number of batteries behind them (Tao et al. 2023).
    MajorityBySize,
    /// Wasserstein-distance voting (Tao et al. 2023, eq. 5-7): one weight per collaborator.
    Wasserstein,
    /// One weight per collaborator and battery, from familiarity.
    WassersteinLocal,
    /// Votes for a class divided by the number of collaborators that hold it.
    Coverage,
    /// No vote from collaborators to whom the battery is unfamiliar.
    Abstain,
    /// Absolute evidence per class, forest votes break ties.
    Evidence,
    /// Dawid and Skene (1979): confusion matrix per collaborator by expectation maximisation.
    DawidSkene,
    /// Votes weighted by their precision on the control batteries.
    Gold,
}

/// A row of the table: the rule, its name, and whether doubtful claims are set aside before it.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The rule.
    pub rule: Rule,
    /// Stable name, used on the command line and in results.
    pub name: &'static str,
    /// Whether the guard of `trust.rs` may silence claims. The published rules run as published.
    pub is_guarded: bool,
}

/// All rules in the order they are shown.
pub const RULES: [Entry; 10] = [
    entry(Rule::Evidence, "evidence", true),
    entry(Rule::WassersteinLocal, "wdv-local", true),
    entry(Rule::Coverage, "coverage", false),
    entry(Rule::Abstain, "abstain", false),
    entry(Rule::DawidSkene, "dawid-skene", false),
    entry(Rule::Gold, "gold", false),
    entry(Rule::Wasserstein, "wdv", false),
    entry(Rule::MajorityBySize, "mv-n", false),
    entry(Rule::Majority, "mv", false),
    entry(Rule::Independent, "il", false),
];

const fn entry(rule: Rule, name: &'static str, is_guarded: bool) -> Entry {
    Entry {
        rule,
        name,
        is_guarded,
    }
}

impl Rule {
    /// The rule of this name.
    pub fn named(name: &str) -> Option<Self> {
        RULES
            .iter()
            .find(|entry| entry.name == name)
            .map(|entry| entry.rule)
    }

    /// Its row of the table.
    pub fn entry(self) -> &'static Entry {
        // Every variant has a row (tested); the first stands in to keep this total.
        RULES
            .iter()
            .find(|entry| entry.rule == self)
            .unwrap_or(&RULES[0])
    }

    /// Stable name.
    pub fn name(self) -> &'static str {
        self.entry().name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_row() {
        for entry in &RULES {
            assert_eq!(entry.rule.name(), entry.name);
            assert_eq!(Rule::named(entry.name), Some(entry.rule));
        }
        assert_eq!(Rule::named("best"), None);
    }
}
