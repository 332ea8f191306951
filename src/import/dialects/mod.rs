//! Dialects as data: which headings a maker writes, and what they mean.
//!
//! A dialect is a table of columns; within it, the first row that a file's headings match wins
//! for a quantity. Nothing in the reader branches on a maker.

mod index;
mod makers;

use super::header::{clean_unit, parse_heading, Heading, Quantity};
use index::Known;
pub use index::PreambleWords;

/// One heading a dialect knows.
#[derive(Debug)]
pub struct Column {
    /// Label as [`parse_heading`] gives it.
    pub label: &'static str,
    /// What it holds.
    pub quantity: Quantity,
    /// Unit when the heading names none.
    pub unit: &'static str,
}

/// The headings of one maker or archive.
#[derive(Debug)]
pub struct Dialect {
    /// Stable identifier, as reported.
    pub id: &'static str,
    /// Words of the preamble that identify it, lower case.
    pub preamble: &'static [&'static str],
    /// Labels, or whole headings, that hardly any other dialect has.
    pub signature: &'static [&'static str],
    /// Known columns, the preferred one of a quantity first.
    pub columns: &'static [Column],
}

/// A column of a file that holds a known quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// Position in the row, from 0.
    pub index: usize,
    /// What it holds.
    pub quantity: Quantity,
    /// Factor to s, V, A or Ah.
    pub factor: f64,
    /// Unit as found or assumed.
    pub unit: String,
    /// Channel number of files that hold several cells side by side; 0 where there is one.
    pub channel: u32,
    /// Whether neither the heading nor the maker tells the unit.
    pub is_assumed: bool,
    /// Position in the dialect's table: lower is preferred.
    rank: usize,
}

impl Role {
    /// A column chosen by hand.
    pub fn mapped(
        index: usize,
        quantity: Quantity,
        factor: f64,
        unit: String,
        channel: u32,
    ) -> Self {
        Self {
            index,
            quantity,
            factor,
            unit,
            channel,
            is_assumed: false,
            rank: 0,
        }
    }
}

/// The dialect of files whose columns were chosen by hand.
pub fn mapped() -> &'static Dialect {
    &Dialect {
        id: "mapped",
        preamble: &[],
        signature: &[],
        columns: &[],
    }
}

/// All dialects; on a tie the earlier one names the file.
pub fn all() -> &'static [Dialect] {
    makers::DIALECTS
}

/// How well a row of headings fits.
#[derive(Debug, Clone)]
pub struct Match {
    /// The best dialect.
    pub dialect: &'static Dialect,
    /// Weighted number of known headings.
    pub score: u32,
    /// The columns to read.
    pub roles: Vec<Role>,
    /// Quantities with several equally good columns, and these columns' positions.
    pub ambiguous: Vec<(Quantity, Vec<usize>)>,
}

impl Match {
    /// Column of a quantity for a channel, or the one that all channels share.
    pub fn role(&self, quantity: Quantity, channel: u32) -> Option<&Role> {
        let find = |wanted| {
            self.roles
                .iter()
                .find(|role| role.quantity == quantity && role.channel == wanted)
        };
        find(channel).or_else(|| find(0))
    }

    /// Whether time, voltage and current are there.
    pub fn missing(&self) -> Vec<Quantity> {
        let has = |quantity| self.roles.iter().any(|role| role.quantity == quantity);
        let mut missing = Vec::new();
        if !(has(Quantity::Time) || has(Quantity::StepTime) || has(Quantity::Clock)) {
            missing.push(Quantity::Time);
        }
        for quantity in [Quantity::Voltage, Quantity::Current] {
            if !has(quantity) {
                missing.push(quantity);
            }
        }
        missing
    }
}

/// Finds the dialect of a row of headings. `units` is the unit row below, if there is one;
/// `preamble` what was seen above.
pub fn identify(
    cells: &[String],
    units: Option<&[String]>,
    preamble: &PreambleWords,
) -> Option<Match> {
    Candidate::of(cells, units)?.identify(preamble)
}

/// A row with headings, or a signature, that some dialect knows.
#[derive(Debug)]
pub struct Candidate {
    headings: Vec<Heading>,
    /// The units that headings name, in the form of the tables.
    units: Vec<Option<String>>,
    /// What the dialects know of each heading.
    known: Vec<Known>,
    /// Dialect and position of the signatures found.
    signed: Vec<(usize, usize)>,
}

impl Candidate {
    /// Looks a row up; `None` if no dialect knows anything in it.
    pub fn of(cells: &[String], units: Option<&[String]>) -> Option<Self> {
        let headings: Vec<Heading> = cells
            .iter()
            .enumerate()
            .map(|(index, cell)| {
                let mut heading = parse_heading(cell);
                if heading.unit.is_none() {
                    heading.unit = units
                        .and_then(|units| units.get(index))
                        .map(|unit| unit.trim_matches(['(', ')', '[', ']', ' ']))
                        .map(crate::letters::lowercase)
                        .filter(|unit| !unit.is_empty());
                }
                heading
            })
            .collect();
        let known: Vec<Known> = headings.iter().map(Known::of).collect();
        let signed = signatures_of(cells, &headings);
        let is_any = !signed.is_empty() || known.iter().any(Known::is_any);
        let clean = |heading: &Heading| heading.unit.as_deref().map(clean_unit);
        is_any.then(|| Self {
            units: headings.iter().map(clean).collect(),
            headings,
            known,
            signed,
        })
    }

    /// The dialect that knows most of it.
    pub fn identify(self, preamble: &PreambleWords) -> Option<Match> {
        let mut best: Option<Match> = None;
        for (at, dialect) in all().iter().enumerate() {
            let mut roles = self.roles_in(at);
            let mut columns: Vec<usize> = roles.iter().map(|role| role.index).collect();
            columns.dedup();
            let signature = self.signed.iter().filter(|(known, _)| *known == at).count();
            let words = preamble.count(at);
            let by_words = if columns.is_empty() { 0 } else { 4 * words };
            let score = (2 * columns.len() + 3 * signature + by_words) as u32;
            // Without a mark of its own a maker's name is a guess: plain headings are a lab's.
            let is_guess = signature + words == 0 && at + 1 != all().len();
            let score = score.saturating_sub(u32::from(is_guess));
            if signature + words > 0 {
                // What a maker's own file leaves unsaid, its table knows.
                roles.iter_mut().for_each(|role| role.is_assumed = false);
            }
            if score > best.as_ref().map_or(0, |best| best.score) {
                best = Some(Match {
                    dialect,
                    score,
                    roles,
                    ambiguous: Vec::new(),
                });
            }
        }
        let mut best = best?;
        // What the best dialect does not know, any other may.
        for quantity in best.missing() {
            if let Some(role) = (0..all().len())
                .flat_map(|at| self.roles_in(at))
                .find(|role| role.quantity == quantity)
            {
                best.roles.push(role);
            }
        }
        settle(&mut best);
        Some(best)
    }

    /// The columns that one dialect knows.
    fn roles_in(&self, dialect: usize) -> Vec<Role> {
        let columns = all().get(dialect).map_or(&[][..], |known| known.columns);
        let mut roles = Vec::new();
        for (index, (heading, known)) in self.headings.iter().zip(&self.known).enumerate() {
            let Some((rank, channel)) = known.rank_in(dialect) else {
                continue;
            };
            let Some(column) = columns.get(rank) else {
                continue;
            };
            let factor = match self.units.get(index) {
                Some(Some(clean)) => column.quantity.factor_of_clean(clean),
                _ => column.quantity.factor(column.unit),
            };
            let factor = match (column.quantity, factor) {
                (Quantity::State, _) => 1.0,
                (Quantity::Clock | Quantity::Cycle, factor) => factor.unwrap_or(1.0),
                (_, Some(factor)) => factor,
                (_, None) => continue,
            };
            let unit = heading.unit.as_deref().unwrap_or(column.unit);
            roles.push(Role {
                index,
                quantity: column.quantity,
                factor,
                unit: unit.to_string(),
                channel,
                is_assumed: heading.unit.is_none(),
                rank,
            });
        }
        roles
    }
}

/// Signatures among the headings, each once: position of the dialect, and of the signature in it.
fn signatures_of(cells: &[String], headings: &[Heading]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut note = |label: &str| {
        for place in index::signatures(label) {
            let place = (place.dialect, place.rank);
            if !found.contains(&place) {
                found.push(place);
            }
        }
    };
    for (cell, heading) in cells.iter().zip(headings) {
        note(&heading.label);
        note(&cell.trim().to_ascii_lowercase());
    }
    found
}

/// One column per quantity and channel; numbered columns are channels only if there are several.
fn settle(found: &mut Match) {
    let mut kept: Vec<Role> = Vec::new();
    crate::order::sort_by_key(&mut found.roles, |role| {
        (role.quantity, role.channel, role.rank, role.index)
    });
    let channels = |quantity: Quantity| {
        let mut numbers: Vec<u32> = found
            .roles
            .iter()
            .filter(|role| role.quantity == quantity && role.channel > 0)
            .map(|role| role.channel)
            .collect();
        numbers.dedup();
        numbers.len()
    };
    let has_plain_current = found
        .roles
        .iter()
        .any(|role| role.quantity == Quantity::Current && role.channel == 0);
    let several = channels(Quantity::Current) > 1 && !has_plain_current;
    let n_voltages = channels(Quantity::Voltage);
    for role in &found.roles {
        let mut role = role.clone();
        let plain_exists = found
            .roles
            .iter()
            .any(|other| other.quantity == role.quantity && other.channel == 0);
        if role.channel > 0 && (!several || plain_exists) {
            // A numbered column beside a plain one is an auxiliary; alone it is the column.
            if plain_exists {
                continue;
            }
            if role.quantity == Quantity::Voltage && n_voltages > 1 {
                push_ambiguous(&mut found.ambiguous, &role);
                continue;
            }
            role.channel = 0;
        }
        match kept
            .iter()
            .find(|other| other.quantity == role.quantity && other.channel == role.channel)
        {
            None => kept.push(role),
            // The same in two units is no question: the first will do.
            Some(first)
                if first.rank == role.rank
                    && first.index != role.index
                    && first.unit == role.unit =>
            {
                let first = first.clone();
                push_ambiguous(&mut found.ambiguous, &first);
                push_ambiguous(&mut found.ambiguous, &role);
            }
            Some(_) => {}
        }
    }
    found.roles = kept;
}

fn push_ambiguous(list: &mut Vec<(Quantity, Vec<usize>)>, role: &Role) {
    // Only what is needed can hinder.
    if !matches!(
        role.quantity,
        Quantity::Time | Quantity::Voltage | Quantity::Current
    ) {
        return;
    }
    match list
        .iter_mut()
        .find(|(quantity, _)| *quantity == role.quantity)
    {
        Some((_, columns)) if columns.contains(&role.index) => {}
        Some((_, columns)) => columns.push(role.index),
        None => list.push((role.quantity, vec![role.index])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &str) -> Vec<String> {
        cells.split('|').map(str::to_string).collect()
    }

    #[test]
    fn every_dialect_is_well_formed() {
        for dialect in all() {
            for column in dialect.columns {
                assert_eq!(
                    column.label,
                    parse_heading(column.label).label,
                    "{}",
                    dialect.id
                );
                if !matches!(
                    column.quantity,
                    Quantity::State | Quantity::Clock | Quantity::Cycle
                ) {
                    assert!(
                        column.quantity.factor(column.unit).is_some(),
                        "{}",
                        column.label
                    );
                }
            }
        }
    }

    #[test]
    fn headings_name_their_dialect() {
        for (cells, id) in [
            ("Date_Time|Test_Time (s)|Cycle_Index|Current (A)|Voltage (V)|Charge_Capacity (Ah)|Discharge_Capacity (Ah)|Charge_Energy (Wh)|Discharge_Energy (Wh)|Environment_Temperature (C)|Cell_Temperature (C)", "battery-archive"),
            ("Test Time / s|Current / A|Voltage / V|Cycle Count / 1", "bdf"),
            ("test_time_second|voltage_volt|current_ampere", "bdf"),
            ("Data_Point|Test_Time(s)|Date_Time|Step_Time(s)|Step_Index|Cycle_Index|Current(A)|Voltage(V)|Charge_Capacity(Ah)|Discharge_Capacity(Ah)|dV/dt(V/s)", "arbin"),
            ("DataPoint|Cycle Index|Step Index|Step Type|Time|Total Time|Current(A)|Voltage(V)|Capacity(Ah)|Chg. Cap.(Ah)|DChg. Cap.(Ah)|Date", "neware"),
            ("数据序号|循环号|工步号|工步类型|时间|总时间|电流(A)|电压(V)|容量(Ah)|充电容量(Ah)|放电容量(Ah)|绝对时间", "neware-cn"),
            ("mode|ox/red|time/s|control/V/mA|Ecell/V|<I>/mA|(Q-Qo)/mA.h", "biologic"),
            ("Rec#|Cyc#|Step|Test (Sec)|Step (Sec)|Amp-hr|Watt-hr|Amps|Volts|State|ES|DPt Time", "maccor"),
            ("Voltage_measured|Current_measured|Temperature_measured|Current_charge|Voltage_charge|Time", "nasa"),
            ("Date and Time|Cycle Number|Step Type|Run Time (h)|Step Time (h)|Current (A)|Potential (V)|Capacity (Ah)", "novonix"),
            ("Step|Status|Prog Time|Step Time|Cycle|Procedure|Voltage|Current|AhAccu|AhCha|AhDch", "digatron"),
            ("~Time[h]|t-Step[h]|DataSet|Line|Command|U[V]|I[A]|Ah[Ah]|T1[°C]|Cyc-Count|State", "basytec"),
            ("Test|Cycle|Step|Total Time (Seconds)|Step Time (Seconds)|Charge Capacity (mAh)|Discharge Capacity (mAh)|Voltage (mV)|Current (mA)", "pec"),
            ("|test_time_s|voltage_v|current_1|current_2", "lab"),
        ] {
            let found = identify(&row(cells), None, &PreambleWords::default()).unwrap();
            assert_eq!(found.dialect.id, id, "{cells}: {}", found.score);
            assert!(found.missing().is_empty(), "{cells}");
            assert!(found.ambiguous.is_empty(), "{cells}");
        }
    }

    #[test]
    fn two_cells_in_one_file_are_two_channels() {
        let found = identify(
            &row("|test_time_s|voltage_v|current_1|current_2"),
            None,
            &PreambleWords::default(),
        )
        .unwrap();
        assert_eq!(found.role(Quantity::Current, 2).unwrap().index, 3);
        assert_eq!(found.role(Quantity::Current, 3).unwrap().index, 4);
        assert_eq!(found.role(Quantity::Voltage, 3).unwrap().index, 2);
    }

    #[test]
    fn a_cell_number_beyond_all_counting_is_no_cell() {
        let cells = row("time/s|voltage/V|current_4294967295|current_2");
        let found = identify(&cells, None, &PreambleWords::default()).unwrap();
        assert_eq!(found.role(Quantity::Current, 0).unwrap().index, 3);
    }

    #[test]
    fn two_equal_columns_are_asked_about() {
        let found = identify(
            &row("time/s|Voltage(V)|Voltage(V)|Current(A)"),
            None,
            &PreambleWords::default(),
        )
        .unwrap();
        assert_eq!(found.ambiguous, [(Quantity::Voltage, vec![1, 2])]);
    }
}
