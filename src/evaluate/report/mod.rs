//! Reports: the numbers as JSON and CSV, and figures and tables on one page that needs nothing
//! else.

mod attacks;
mod heterogeneity;
mod homogeneous;
mod html;
mod importance;
mod loss;
mod noise;
mod planning;
mod sheet;
mod trees;
mod unknown;
mod words;

pub use words::Language;

use super::experiment::{Experiment, JobResult, Plan};
use serde_json::Value;
use sheet::Sheet;

/// A figure with the finding it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Name for files and anchors: small letters, digits and hyphens.
    pub id: String,
    /// The finding.
    pub caption: String,
    /// The drawing.
    pub svg: String,
}

/// A table of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Column names.
    pub header: Vec<String>,
    /// Cells, first column the row's name.
    pub rows: Vec<Vec<String>>,
}

/// Everything about one experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Name of the experiment, as a heading.
    pub title: String,
    /// What was done, in sentences.
    pub facts: Vec<String>,
    /// The numbers; the same in every language.
    pub json: Value,
    /// The numbers as a tidy table, one line per run, setting and rule where there are such.
    pub csv: String,
    /// Figures in reading order.
    pub figures: Vec<Figure>,
    /// Tables in reading order.
    pub tables: Vec<Table>,
}

impl Report {
    /// One page without scripts or requests.
    pub fn html(&self) -> String {
        html::page(std::slice::from_ref(self))
    }
}

impl Plan<'_> {
    /// The report of all results, in the order of the jobs.
    pub fn report(&self, results: &[JobResult], language: Language) -> Report {
        let sheet = Sheet {
            plan: self,
            results,
            language,
        };
        let mut report = sheet.report();
        let add = match self.experiment {
            Experiment::Homogeneous => homogeneous::add,
            Experiment::Noise => noise::add,
            Experiment::Importance => importance::add,
            Experiment::Heterogeneity => heterogeneity::add,
            Experiment::Loss => loss::add,
            Experiment::Trees => trees::add,
            Experiment::Planning => planning::add,
            Experiment::Attack => attacks::add,
            Experiment::Unknown => unknown::add,
            Experiment::Calibration => unknown::calibration,
        };
        add(&sheet, &mut report);
        report
    }
}
