//! An experimental voter that never saw a measured battery: a forest trained on cells drawn at
//! random from the half-cell library.
//!
//! It looks at the pseudo-open-circuit curve, which resistance and rate hardly touch, and answers
//! with families (LFP; nickel-rich; cobalt-rich; LMO), and with a cathode only as a probability:
//! NMC 811 and NCA cannot be told apart from one cycle, and a material outside the library is
//! answered with the nearest one inside, without warning from the margin. The recycler casts
//! this vote itself, from its own field-test files, so the round does not change.

mod library;
mod signature;
mod voter;

pub use library::CATHODES;
pub use signature::{signature, signature_of, HalfCurve, N_BINS, N_POINTS, N_VALUES};
pub use voter::{ballot, coverage, row, Answer, PhysicsVoter, TrainingOptions, FAMILIES, NAME};
