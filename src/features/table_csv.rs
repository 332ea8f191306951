//! Reading and writing feature tables as CSV: `cell_id`, the schema's columns, `soh`.

use super::{FeatureTable, Schema, TableError};
use crate::import::decimal_number;

/// Columns that describe a battery but are no features.
const DESCRIPTIONS: [&str; 11] = [
    "cell_id",
    "soh",
    "file",
    "cathode",
    "class",
    "class_id",
    "maker",
    "family",
    "label",
    "nominal_ah",
    "cycle",
];

impl FeatureTable {
    /// The table as CSV, lines ended by LF. Numbers are the shortest that read back the same.
    pub fn to_csv(&self) -> String {
        let mut csv = String::from("cell_id");
        for column in &self.schema.columns {
            csv.push(',');
            push_field(&mut csv, column);
        }
        csv.push_str(",soh\n");
        for ((cell_id, values), soh) in self.cell_ids.iter().zip(self.values.rows()).zip(&self.soh)
        {
            push_field(&mut csv, cell_id);
            for value in values {
                csv.push(',');
                csv.push_str(&value.to_string());
            }
            csv.push(',');
            if let Some(soh) = soh {
                csv.push_str(&soh.to_string());
            }
            csv.push('\n');
        }
        csv
    }

    /// Reads CSV with a column `cell_id`.
    ///
    /// Forgiving about form: byte order mark, comma, semicolon or tab, quotes, CR LF, blank lines,
    /// order of columns and the case of `cell_id` and `soh`. If all columns of a known schema are
    /// there, these are taken and others passed over; otherwise every column is a feature that
    /// is not a usual description (`cathode`, `class`, `maker`, ...).
    ///
    /// # Errors
    /// [`TableError`], located by row and column.
    pub fn from_csv(bytes: &[u8]) -> Result<Self, TableError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| TableError::NotText)?;
        let mut records = records(text, separator_of(text)).into_iter();
        let (_, header) = records.next().ok_or(TableError::Empty)?;
        let names: Vec<String> = header.iter().map(|name| name.trim().to_string()).collect();
        for (i, name) in names.iter().enumerate() {
            if !name.is_empty() && names[..i].contains(name) {
                let column = name.clone();
                return Err(TableError::RepeatedColumn { column });
            }
        }
        let find = |wanted: &str| {
            names
                .iter()
                .position(|name| name.eq_ignore_ascii_case(wanted))
        };
        let id_column = find("cell_id").ok_or(TableError::NoCellId)?;
        let soh_column = find("soh");
        let (schema, columns) = choose_columns(&names)?;
        let mut table = Self::new(schema);
        for (row, record) in records {
            if record.len() != names.len() {
                return Err(TableError::Ragged {
                    row,
                    expected: names.len(),
                    found: record.len(),
                });
            }
            let number = |column: usize| {
                let value = decimal_number(record[column].trim());
                value.filter(|value| value.is_finite()).ok_or_else(|| {
                    let column = names[column].clone();
                    TableError::NotANumber { row, column }
                })
            };
            let cell_id = record[id_column].trim();
            if cell_id.is_empty() {
                return Err(TableError::NoIdentifier { row });
            }
            let values = columns.iter().map(|&column| number(column));
            let values = values.collect::<Result<Vec<f64>, TableError>>()?;
            let soh = match soh_column.filter(|&column| !record[column].trim().is_empty()) {
                Some(column) => Some(number(column)?),
                None => None,
            };
            table.push(cell_id, &values, soh)?;
        }
        if table.is_empty() {
            return Err(TableError::Empty);
        }
        Ok(table)
    }
}

/// The schema of a header and where its columns are.
fn choose_columns(names: &[String]) -> Result<(Schema, Vec<usize>), TableError> {
    let at = |column: &String| names.iter().position(|name| name == column);
    for schema in Schema::known() {
        let columns: Option<Vec<usize>> = schema.columns.iter().map(at).collect();
        if let Some(columns) = columns {
            return Ok((schema, columns));
        }
    }
    let is_feature = |&i: &usize| {
        let name = names[i].to_ascii_lowercase();
        !name.is_empty() && !DESCRIPTIONS.contains(&name.as_str())
    };
    let columns: Vec<usize> = (0..names.len()).filter(is_feature).collect();
    if columns.is_empty() {
        return Err(TableError::NoFeatures);
    }
    let chosen = columns.iter().map(|&i| names[i].clone()).collect();
    Ok((Schema::custom(chosen), columns))
}

fn push_field(csv: &mut String, field: &str) {
    if field.contains(['"', ',', ';', '\t', '\n', '\r']) {
        csv.push('"');
        csv.push_str(&field.replace('"', "\"\""));
        csv.push('"');
    } else {
        csv.push_str(field);
    }
}

/// The separator of a header line: the most frequent of comma, semicolon and tab.
fn separator_of(text: &str) -> char {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let marks = ['\t', ';', ','];
    let count = |mark: &char| header.matches(*mark).count();
    marks.into_iter().max_by_key(count).unwrap_or(',')
}

/// The records of a text that are not blank, each with its row, blank ones counted (RFC 4180).
pub fn records(text: &str, separator: char) -> Vec<(usize, Vec<String>)> {
    let mut records = Vec::new();
    let (mut row, mut record, mut field) = (1, Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    loop {
        let character = characters.next();
        match character {
            Some('"') if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            Some('"') if quoted => quoted = false,
            Some(inside) if quoted => field.push(inside),
            Some('"') if field.is_empty() => quoted = true,
            Some('\r') if characters.peek() == Some(&'\n') => {}
            Some('\n' | '\r') | None => {
                record.push(std::mem::take(&mut field));
                let record = std::mem::take(&mut record);
                if record.iter().any(|field| !field.trim().is_empty()) {
                    records.push((row, record));
                }
                row += 1;
                if character.is_none() {
                    return records;
                }
            }
            Some(mark) if mark == separator => record.push(std::mem::take(&mut field)),
            Some(other) => field.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_bit_for_bit() {
        let mut table = FeatureTable::new(Schema::pulse_21());
        let values = |seed: f64| {
            (0..21)
                .map(|i| seed / (3.0 + f64::from(i)))
                .collect::<Vec<_>>()
        };
        table.push("plain", &values(1.0), Some(0.1 + 0.2)).unwrap();
        table
            .push("a \"quoted\", one\nof two lines", &values(-1e-300), None)
            .unwrap();
        table.push("电池 7", &values(1e17), Some(1.0)).unwrap();
        let csv = table.to_csv();
        assert!(csv.starts_with("cell_id,U1,U2,") && csv.contains(",U21,soh\nplain,"));
        assert_eq!(FeatureTable::from_csv(csv.as_bytes()), Ok(table));
    }

    #[test]
    fn form_is_forgiven() {
        let expected = FeatureTable::from_csv(b"cell_id,a,b,soh\nx,1,2.5,\ny,3,4,0.8\n").unwrap();
        assert_eq!(expected.schema.id, "custom/2");
        for text in [
            "\u{feff}cell_id;a;b;soh\r\n\r\nx;1;2.5;\r\ny;3;4;0.8",
            "Cell_ID\ta\tb\tSOH\nx\t1e0\t+2.5\t\ny\t 3 \t4.0\t0.8\n\n",
            "soh,a,class,b,\"cell_id\"\n,1,NMC,2.5,x\n0.8,3,\"L,F\",4,\"y\"\n",
        ] {
            assert_eq!(
                FeatureTable::from_csv(text.as_bytes()),
                Ok(expected.clone()),
                "{text}"
            );
        }
        let without_soh = FeatureTable::from_csv(b"cell_id,a\nx,1\n").unwrap();
        assert_eq!(without_soh.soh, [None]);
    }

    #[test]
    fn known_schemas_are_found_in_any_order_among_other_columns() {
        let mut names: Vec<String> = Schema::cycle_30().columns;
        names.reverse();
        let numbers: Vec<String> = (1..=30).rev().map(|n| n.to_string()).collect();
        let csv = format!(
            "note,{},cell_id\nhello,{},x\n",
            names.join(","),
            numbers.join(",")
        );
        let table = FeatureTable::from_csv(csv.as_bytes()).unwrap();
        assert_eq!(table.schema, Schema::cycle_30());
        assert_eq!(table.values[[0, 0]], 1.0);
        assert_eq!(table.values[[0, 29]], 30.0);
    }

    #[test]
    fn faults_are_located() {
        let column = || "a".to_string();
        let cases: [(&[u8], TableError); 13] = [
            (b"", TableError::Empty),
            (b"\n \n", TableError::Empty),
            (b"cell_id,a\n", TableError::Empty),
            (b"\xff\xfe", TableError::NotText),
            (b"id,a\nx,1\n", TableError::NoCellId),
            (b"cell_id,soh,class\nx,1,NMC\n", TableError::NoFeatures),
            (
                b"cell_id,a,a\nx,1,2\n",
                TableError::RepeatedColumn { column: column() },
            ),
            (
                b"cell_id,a\nx,1\n\ny\n",
                TableError::Ragged {
                    row: 4,
                    expected: 2,
                    found: 1,
                },
            ),
            (b"cell_id,a\n ,1\n", TableError::NoIdentifier { row: 2 }),
            (
                b"cell_id,a\nx,\n",
                TableError::NotANumber {
                    row: 2,
                    column: column(),
                },
            ),
            (
                b"cell_id,a\nx,1\ny,nan\n",
                TableError::NotANumber {
                    row: 3,
                    column: column(),
                },
            ),
            (
                b"cell_id,a\nx,1e999\n",
                TableError::NotANumber {
                    row: 2,
                    column: column(),
                },
            ),
            (
                b"cell_id,a,soh\nx,1,?\n",
                TableError::NotANumber {
                    row: 2,
                    column: "soh".into(),
                },
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(FeatureTable::from_csv(bytes), Err(expected));
        }
    }
}
