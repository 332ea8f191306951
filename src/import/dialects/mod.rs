//! Dialects as data: which headings a maker writes, and what they mean.
//!
//! A dialect is a table of columns; within it, the first row that a file's headings match wins
//! for a quantity. Nothing in the reader branches on a maker.

mod makers;

use super::header::{parse_heading, Heading, Quantity};

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
/// `preamble` the text above, lower case.
pub fn identify(cells: &[String], units: Option<&[String]>, preamble: &str) -> Option<Match> {
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
    let mut best: Option<Match> = None;
    for dialect in all() {
        let roles = roles_in(dialect, &headings);
        let mut known: Vec<usize> = roles.iter().map(|role| role.index).collect();
        known.dedup();
        let signature = dialect
            .signature
            .iter()
            .filter(|label| {
                headings.iter().any(|heading| heading.label == **label)
                    || cells
                        .iter()
                        .any(|cell| cell.trim().eq_ignore_ascii_case(label))
            })
            .count();
        let words = dialect
            .preamble
            .iter()
            .filter(|word| preamble.contains(**word))
            .count();
        let score =
            (2 * known.len() + 3 * signature + if known.is_empty() { 0 } else { 4 * words }) as u32;
        // Without a mark of its own a maker's name is a guess: plain headings are a lab's.
        let is_guess =
            signature + words == 0 && all().last().is_none_or(|lab| lab.id != dialect.id);
        let score = score.saturating_sub(u32::from(is_guess));
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
        if let Some(role) = all()
            .iter()
            .flat_map(|dialect| roles_in(dialect, &headings))
            .find(|role| role.quantity == quantity)
        {
            best.roles.push(role);
        }
    }
    settle(&mut best);
    Some(best)
}

fn roles_in(dialect: &Dialect, headings: &[Heading]) -> Vec<Role> {
    let mut roles = Vec::new();
    for (index, heading) in headings.iter().enumerate() {
        let exact = dialect
            .columns
            .iter()
            .position(|column| column.label == heading.label);
        let (rank, channel) = match exact {
            Some(rank) => (rank, 0),
            // `current_1`, `current_2`: several cells side by side.
            None => {
                let stem = heading
                    .label
                    .trim_end_matches(|sign: char| sign.is_ascii_digit());
                let digits = heading.label.get(stem.len()..).unwrap_or("");
                let known = dialect
                    .columns
                    .iter()
                    .position(|column| column.label == stem);
                match (known, digits.parse::<u32>()) {
                    (Some(rank), Ok(number)) if !stem.is_empty() => (rank, number + 1),
                    _ => continue,
                }
            }
        };
        let Some(column) = dialect.columns.get(rank) else {
            continue;
        };
        let unit = heading
            .unit
            .clone()
            .unwrap_or_else(|| column.unit.to_string());
        let factor = match column.quantity {
            Quantity::State => 1.0,
            Quantity::Clock | Quantity::Cycle => column.quantity.factor(&unit).unwrap_or(1.0),
            quantity => match quantity.factor(&unit) {
                Some(factor) => factor,
                None => continue,
            },
        };
        roles.push(Role {
            index,
            quantity: column.quantity,
            factor,
            unit,
            channel,
            rank,
        });
    }
    roles
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
            let found = identify(&row(cells), None, "").unwrap();
            assert_eq!(found.dialect.id, id, "{cells}: {}", found.score);
            assert!(found.missing().is_empty(), "{cells}");
            assert!(found.ambiguous.is_empty(), "{cells}");
        }
    }

    #[test]
    fn two_cells_in_one_file_are_two_channels() {
        let found = identify(&row("|test_time_s|voltage_v|current_1|current_2"), None, "").unwrap();
        assert_eq!(found.role(Quantity::Current, 2).unwrap().index, 3);
        assert_eq!(found.role(Quantity::Current, 3).unwrap().index, 4);
        assert_eq!(found.role(Quantity::Voltage, 3).unwrap().index, 2);
    }

    #[test]
    fn two_equal_columns_are_asked_about() {
        let found = identify(&row("time/s|Voltage(V)|Voltage(V)|Current(A)"), None, "").unwrap();
        assert_eq!(found.ambiguous, [(Quantity::Voltage, vec![1, 2])]);
    }
}
