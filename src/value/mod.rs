//! Money and emissions per route: what a sorting decision is worth.
//!
//! [`Items`] holds every figure with unit and source; [`account`] makes a tonne's profit from
//! them; [`stream_profit`] and [`profit_at_accuracy`] mixed and imperfectly sorted streams;
//! [`assess`] a lot of batteries with class probabilities; the functions over [`Pretreatment`]
//! compare ways to learn the state of health. [`overview`] gathers what needs no lot; [`tables`],
//! [`figures`] and [`html`] print it all.
//!
//! ```
//! use voltvote::value::{assess, Battery, Items};
//!
//! let battery = Battery::from_classes("cell 7", [("NMC SNL", 0.9), ("LFP SNL", 0.1)])?;
//! let lot = assess(&Items::default(), &[battery])?;
//! assert!(lot.profit > lot.profit_unsorted);
//! # Ok::<(), voltvote::value::ValueError>(())
//! ```

mod currency;
mod defaults;
mod drawings;
mod error;
mod figure;
mod items;
mod lot;
mod lot_report;
mod overview;
mod pretreatment;
mod report;
mod route;
mod streams;
mod tables;

pub use currency::Currency;
pub use defaults::DEFAULTS;
pub use drawings::{figures, Figure};
pub use error::ValueError;
pub use figure::{bars, colour, donut, escape, tornado, Drawing, Swing, WIDTH};
pub use items::{Item, Items, Source, Unit};
pub use lot::{assess, assess_battery, collaborator_values, Assessment, Battery, Choice, LotValue};
pub use lot_report::{lot_csv, lot_tables};
pub use overview::{
    overview, AccountValue, Overview, Question, StreamValue, WayValue, ACCURACIES, BREAK_EVEN_SOC,
    MIXTURES,
};
pub use pretreatment::{
    break_even_tonnes, co2_kg_per_tonne, electricity_share, electricity_usd_per_tonne,
    energy_kwh_per_tonne, scenario_2030, Pretreatment,
};
pub use report::{html, ASSUMPTIONS};
pub use route::{account, misplaced_profit, Account, Chemistry, Line, Route};
pub use streams::{
    break_even_accuracy, profit_at_accuracy, sensitivities, stream_profit, Sensitivity, Stream,
};
pub use tables::{tables, Table};
