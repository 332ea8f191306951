//! From opened ballots to one decision per battery.
//!
//! ```text
//!  ballots --Panel::seat--> panel --trust--> claims that count --Scorer--> probabilities
//!                                                                              |
//!        class, else cathode, else family, else "undecided", or "unknown" <----+
//! ```
//!
//! | type or function | job |
//! |---|---|
//! | [`tally`] | decisions of one rule, with margins, decisive voters and voter reports |
//! | [`compare`] | all rules side by side and how often they agree |
//! | [`why`] | who said what about one battery, with which weight |
//! | [`judge`] | accuracy, F1 and confusion against a truth |
//! | [`to_csv`] | the decision table, one line per battery |
//! | [`Rule`], [`RULES`] | the table of rules |

mod count;
mod dawid_skene;
mod decide;
mod evidence;
mod export;
mod gold;
mod judge;
mod options;
mod panel;
mod rule;
mod scorer;
mod trust;
mod unknown;
mod voters;
mod weights;
mod why;
mod winners;

pub(crate) use count::{classify, probabilities};
pub use count::{compare, leave_one_out, tally, Comparison, Tally};
pub use decide::{Decision, Level, Status};
pub use export::{push_field, to_csv};
pub use judge::{judge, Judgement};
pub use options::{Options, TallyError};
pub use panel::{check, Misfit, Panel, Signed, Voter};
pub use rule::{Entry, Rule, RULES};
pub use unknown::Limits;
pub use voters::VoterReport;
pub use why::{why, Reason};
pub(crate) use winners::winners;

/// A battery of the query whose class the recycler knows and the collaborators do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Index into the query.
    pub battery: usize,
    /// Index into the catalogue.
    pub class: usize,
}
