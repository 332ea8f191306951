//! A sheet of text cells, as a spreadsheet or a CSV file gives it.

/// One sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    /// File, and sheet where there are several.
    pub source: String,
    /// Rows of cells; rows may differ in length.
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// Splits comma-separated UTF-8 text into cells. Bytes that are not UTF-8 are replaced.
    pub fn from_csv(source: &str, bytes: &[u8]) -> Self {
        let mut input = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv_core::Reader::new();
        let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), Vec::new());
        let mut buffer = [0u8; 1024];
        loop {
            let (result, n_in, n_out) = reader.read_field(input, &mut buffer);
            input = input.get(n_in..).unwrap_or_default();
            cell.extend_from_slice(buffer.get(..n_out).unwrap_or_default());
            match result {
                csv_core::ReadFieldResult::InputEmpty | csv_core::ReadFieldResult::OutputFull => {}
                csv_core::ReadFieldResult::Field { record_end } => {
                    row.push(String::from_utf8_lossy(&cell).trim().to_owned());
                    cell.clear();
                    if record_end {
                        rows.push(std::mem::take(&mut row));
                    }
                }
                csv_core::ReadFieldResult::End => break,
            }
        }
        Self {
            source: source.into(),
            rows,
        }
    }

    /// Row and columns of the first row that holds all wanted headers, or the headers that the
    /// nearest row lacks. Headers are compared without case and surrounding white space.
    pub fn find_header(&self, wanted: &[&str]) -> Result<(usize, Vec<usize>), Vec<String>> {
        let mut nearest: Vec<String> = wanted.iter().map(|name| (*name).into()).collect();
        // A header is near the top; a long sheet is not searched to its end.
        for (row, cells) in self.rows.iter().enumerate().take(50) {
            let columns: Vec<Option<usize>> = wanted
                .iter()
                .map(|name| cells.iter().position(|cell| same(cell, name)))
                .collect();
            let missing: Vec<String> = wanted
                .iter()
                .zip(&columns)
                .filter(|(_, column)| column.is_none())
                .map(|(name, _)| (*name).into())
                .collect();
            if missing.is_empty() {
                return Ok((row, columns.into_iter().flatten().collect()));
            }
            if missing.len() < nearest.len() {
                nearest = missing;
            }
        }
        Err(nearest)
    }

    /// Column of a header in a given row.
    pub fn column(&self, row: usize, name: &str) -> Option<usize> {
        self.rows.get(row)?.iter().position(|cell| same(cell, name))
    }
}

/// A cell of a row, empty where the row is short.
pub fn text(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", |cell| cell.trim())
}

/// A finite number in a cell.
pub fn number(row: &[String], column: usize) -> Option<f64> {
    crate::import::decimal_number(text(row, column))
}

fn same(cell: &str, name: &str) -> bool {
    cell.trim().eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_cells_and_headers() {
        let csv = "\u{feff}note\r\n\"a,b\", U1 ,soc\n1,3.5,\n";
        let grid = Grid::from_csv("x", csv.as_bytes());
        assert_eq!(grid.rows[1], ["a,b", "U1", "soc"]);
        assert_eq!(grid.find_header(&["u1", "SOC"]), Ok((1, vec![1, 2])));
        assert_eq!(grid.find_header(&["u1", "U2"]), Err(vec!["U2".to_owned()]));
        assert_eq!(number(&grid.rows[2], 1), Some(3.5));
        assert_eq!(number(&grid.rows[2], 2), None);
        assert_eq!(number(&grid.rows[2], 9), None);
    }
}
