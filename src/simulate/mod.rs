//! Physics-based cells for demo fleets and tests. Everything made here is labelled simulated.
//!
//! A cell is two half-cell potentials from the literature that share a stock of lithium. Ageing
//! takes lithium and active material and adds resistance; a cycler charges (CC, CV), rests and
//! discharges the cell; a file is written as Battery Archive does, sometimes with noise, blanks,
//! outliers or a partial cycle first.
//!
//! ```
//! use voltvote::simulate::{fleet, manifest, Options};
//!
//! let cells = fleet(9, 7, &Options::default());
//! assert!(cells.iter().all(|cell| cell.soh() < 0.9));
//! let labels = manifest(&cells.iter().collect::<Vec<_>>());
//! assert!(labels.starts_with(b"file,cell_id,cathode,"));
//! ```

mod balance;
mod battery_archive;
mod classes;
mod demo;
mod draw;
mod dynamics;
mod faults;
mod fleet;
mod half_cell;
pub mod physics;
mod potential;
mod protocol;
mod thermal;

pub use balance::{Ageing, Limits};
pub use classes::{CellClass, CLASSES};
pub use demo::{demo_round, DemoRound, Lot};
pub use faults::Faults;
pub use fleet::{class_plan, fleet, manifest, simulate_cell, Library, Options, SimulatedCell};
pub use half_cell::{HalfCell, MATERIALS};
pub use protocol::{Protocol, Sampling};
