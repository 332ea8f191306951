//! Regressors from pulses to state of health.

mod boosting;
mod kernel;
mod linear;
mod ridge;
mod select;
mod trees;
mod trials;
mod view;

pub use boosting::{Boosting, BoostingParams};
pub use kernel::{Kernel, KernelParams, KernelRidge};
pub use linear::{dot, Cholesky};
pub use ridge::Ridge;
pub use select::{ridges, select, Candidate, Selected};
pub use trees::{TreeKind, Trees};
pub use trials::{choose, Block, Chosen, Residual, Trials};
pub use view::{Scaler, Shape, View};
