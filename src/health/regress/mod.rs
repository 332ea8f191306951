//! Regressors from pulses to state of health.

mod boosting;
mod kernel;
mod linear;
mod ridge;
mod view;

pub use boosting::{Boosting, BoostingParams};
pub use kernel::{choose, Block, Chosen, KernelParams, KernelRidge, Residual};
pub use linear::{dot, Cholesky};
pub use ridge::Ridge;
pub use view::{Scaler, Shape, View};
