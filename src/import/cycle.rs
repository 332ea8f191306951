//! The canonical cycle: what import hands to standardisation.

/// One direction of a full cycle: the rows of a complete charge or a complete discharge.
///
/// All vectors have the same length. Time and current are repaired by the importer and finite;
/// a missing voltage stays `NaN` for step a1 of standardisation to fill and count.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HalfCycle {
    /// Seconds since the first row of this half, non-decreasing.
    pub time_s: Vec<f64>,
    /// Terminal voltage in V; `NaN` where the file has no entry.
    pub voltage_v: Vec<f64>,
    /// Current in A, positive on charge.
    pub current_a: Vec<f64>,
    /// Charge moved since the first row in Ah, by our own integration; never negative.
    pub throughput_ah: Vec<f64>,
    /// Whether the row belongs to the constant-current part (rests and the CV tail do not).
    pub is_cc: Vec<bool>,
}

impl HalfCycle {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.time_s.len()
    }

    /// Whether the half has no rows.
    pub fn is_empty(&self) -> bool {
        self.time_s.is_empty()
    }

    /// Charge moved over the whole half (CC and CV), Ah.
    pub fn capacity_ah(&self) -> f64 {
        self.throughput_ah.last().copied().unwrap_or(0.0)
    }
}

/// The wanted cycle of one battery: the latest full charge and full discharge in its file
/// (Tao et al. 2023, Supplementary Note 1).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WantedCycle {
    /// Battery identifier from manifest, header or file name.
    pub cell_id: String,
    /// Cycle number as the file counts it, or as derived.
    pub cycle: u32,
    /// The full charge.
    pub charge: HalfCycle,
    /// The full discharge.
    pub discharge: HalfCycle,
    /// Nominal capacity in Ah, where known.
    pub nominal_ah: Option<f64>,
}

impl WantedCycle {
    /// State of health: discharge capacity over nominal capacity, where the latter is known.
    pub fn soh(&self) -> Option<f64> {
        self.nominal_ah
            .map(|nominal_ah| self.discharge.capacity_ah() / nominal_ah)
    }
}
