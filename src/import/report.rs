//! The import report: what was found, decided and repaired. Part of the product, not a log.

use serde::{Deserialize, Serialize};

/// Row ranges kept per finding.
const MAX_RANGES: usize = 8;

/// Something found or repaired, with how often and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable kebab-case identifier, the key of its words in `www/text`.
    pub code: String,
    /// How many times.
    pub count: u64,
    /// First and last file row of the first places, from 1; empty if it concerns the whole file.
    pub rows: Vec<[u64; 2]>,
    /// A header name, a unit or a factor, never a measured value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// Findings in the order of their first occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Counts one more at `row`.
    pub fn at(&mut self, code: &'static str, row: u64) {
        let finding = self.entry(code);
        finding.count += 1;
        let has_room = finding.rows.len() < MAX_RANGES;
        match finding.rows.last_mut() {
            Some(range) if row <= range[1].saturating_add(1) && row >= range[0] => {
                range[1] = range[1].max(row);
            }
            _ if has_room => finding.rows.push([row, row]),
            _ => {}
        }
    }

    /// States something about the whole file.
    pub fn whole(&mut self, code: &'static str, detail: impl Into<String>) {
        let finding = self.entry(code);
        finding.count += 1;
        finding.detail = detail.into();
    }

    /// The finding of a code.
    pub fn get(&self, code: &str) -> Option<&Finding> {
        self.0.iter().find(|finding| finding.code == code)
    }

    fn entry(&mut self, code: &'static str) -> &mut Finding {
        let at = match self.0.iter().position(|finding| finding.code == code) {
            Some(at) => at,
            None => {
                self.0.push(Finding {
                    code: code.to_string(),
                    count: 0,
                    rows: Vec::new(),
                    detail: String::new(),
                });
                self.0.len() - 1
            }
        };
        &mut self.0[at]
    }
}

/// One column that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnUse {
    /// Heading as written.
    pub heading: String,
    /// What it holds.
    pub quantity: String,
    /// Unit found or assumed.
    pub unit: String,
    /// Factor to s, V, A or Ah.
    pub factor: f64,
}

/// One charge or discharge that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HalfSummary {
    /// Cycle number.
    pub cycle: u32,
    /// `charge` or `discharge`.
    pub direction: String,
    /// First and last file row.
    pub rows: [u64; 2],
    /// Charge moved, Ah.
    pub capacity_ah: f64,
    /// `full`, or why not: `partial` or `pulsed`.
    pub status: String,
    /// Whether this is the charge or discharge of the wanted cycle.
    #[serde(default)]
    pub is_wanted: bool,
}

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Report {
    /// File name.
    pub file: String,
    /// Bytes read.
    pub bytes: u64,
    /// Container around the table: empty, `gzip`, `zip`, `xlsx`.
    pub container: String,
    /// Sheet or archive member.
    pub member: String,
    /// Text encoding.
    pub encoding: String,
    /// Dialect identifier.
    pub dialect: String,
    /// Field separator.
    pub delimiter: String,
    /// Decimal mark.
    pub decimal_mark: String,
    /// Rows above the table.
    pub n_preamble_rows: u64,
    /// Rows read.
    pub n_rows: u64,
    /// Columns read.
    pub columns: Vec<ColumnUse>,
    /// All headings.
    pub headings: Vec<String>,
    /// Where elapsed time comes from: `time`, `step-time` or `clock`.
    pub clock: String,
    /// Where cycle numbers come from: `column` or `derived`.
    pub cycles_from: String,
    /// Sign convention found and how: `as-is`, `reversed`, `from-state`, `from-counters`,
    /// `from-voltage`.
    pub sign: String,
    /// Charges and discharges found, the latest last (at most 400).
    pub halves: Vec<HalfSummary>,
    /// Our capacity over the file's own column, where it has one.
    pub capacity_ratio: Option<f64>,
    /// Findings and repairs.
    pub findings: Findings,
}
