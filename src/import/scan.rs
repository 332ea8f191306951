//! One pass over a plain line: fields are cut and numbers read at once.
//!
//! Every byte up to the last column that is read is looked at once, every byte behind it only for
//! the end of the line. Anything out of the ordinary is left to the careful readers: a quote, or a
//! number that takes more than a look.

use super::intake::{Field, MAX_SLOTS};
use super::number;

/// A column to read.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Position in the row, from 0.
    pub index: usize,
    /// Where its field goes.
    pub slot: usize,
    /// Whether it is a number in every row.
    pub is_number: bool,
}

/// The columns to read, in the order of the file.
#[derive(Debug)]
pub struct Scan {
    columns: Vec<Column>,
    delimiter: u8,
    decimal: u8,
}

impl Scan {
    /// A scan for these columns, in any order.
    pub fn new(mut columns: Vec<Column>, delimiter: u8, decimal: u8) -> Self {
        crate::order::sort_by_key(&mut columns, |column| column.index);
        Self {
            columns,
            delimiter,
            decimal,
        }
    }

    /// Fields of the line at the front of `bytes`. Returns how far it looked, which is not beyond
    /// the end of the line; `None` if a quote came in between.
    #[inline]
    pub fn fields<'a>(
        &self,
        bytes: &'a [u8],
        fields: &mut [Field<'a>; MAX_SLOTS],
    ) -> Option<usize> {
        let (mut at, mut index) = (0, 0);
        for column in &self.columns {
            while index < column.index {
                at = self.end_of_field(bytes, at)?;
                if bytes.get(at) != Some(&self.delimiter) {
                    return Some(at);
                }
                at += 1;
                index += 1;
            }
            let start = at;
            let mut number = f64::NAN;
            if column.is_number {
                let rest = bytes.get(at..).unwrap_or(&[]);
                let (value, n) = number::leading(rest, self.decimal, self.delimiter);
                at += n;
                match bytes.get(at) {
                    Some(byte) if *byte == self.delimiter || matches!(byte, b'\r' | b'\n') => {
                        number = value;
                    }
                    // The last bytes that there are: the number may go on in the next piece.
                    _ => {}
                }
                if bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) != Some(&b'\n') {
                    number = f64::NAN;
                }
            }
            at = self.end_of_field(bytes, at)?;
            if let (Some(field), Some(text)) = (fields.get_mut(column.slot), bytes.get(start..at)) {
                *field = Field { text, number };
            }
        }
        Some(at)
    }

    /// Where a field ends: at a separator, the end of the line, or of the bytes.
    #[inline(always)]
    fn end_of_field(&self, bytes: &[u8], mut at: usize) -> Option<usize> {
        while let Some(byte) = bytes.get(at) {
            match *byte {
                byte if byte == self.delimiter => break,
                b'\n' => break,
                b'"' => return None,
                _ => at += 1,
            }
        }
        Some(at)
    }

    /// Fields from cells that were cut already.
    pub fn pick<'a>(
        &self,
        cells: impl Iterator<Item = &'a [u8]>,
        fields: &mut [Field<'a>; MAX_SLOTS],
    ) {
        let mut columns = self.columns.iter().peekable();
        for (index, cell) in cells.enumerate() {
            let Some(column) = columns.peek() else { break };
            if column.index == index {
                if let Some(field) = fields.get_mut(column.slot) {
                    *field = Field::of(cell);
                }
                columns.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scan(indices: &[usize], delimiter: u8, decimal: u8) -> Scan {
        let columns = indices.iter().enumerate().map(|(slot, index)| Column {
            index: *index,
            slot,
            is_number: true,
        });
        Scan::new(columns.collect(), delimiter, decimal)
    }

    #[test]
    fn columns_come_in_any_order_and_lines_of_any_length() {
        let scan = scan(&[3, 0], b',', b'.');
        for (line, expected, looked_at) in [
            ("1,2,3,4,5\n6", ["4", "1"], Some(7)),
            ("1,2,3,4\r\n", ["4\r", "1"], Some(8)),
            ("1,2\n3,4,5,6", ["", "1"], Some(3)),
            ("\n", ["", ""], Some(0)),
            ("", ["", ""], Some(0)),
            (",,,", ["", ""], Some(3)),
            ("1,\"2\",3,4\n", ["", "1"], None),
            ("1,2,3,4,\"5\"\n", ["4", "1"], Some(7)),
        ] {
            let mut fields = [Field::EMPTY; MAX_SLOTS];
            let found = scan.fields(line.as_bytes(), &mut fields);
            assert_eq!(found, looked_at, "{line:?}");
            for (field, expected) in fields.iter().zip(expected) {
                assert_eq!(field.text, expected.as_bytes(), "{line:?}");
            }
        }
    }

    #[test]
    fn what_takes_more_than_a_look_is_left_as_text() {
        let scan = scan(&[0], b';', b',');
        for (line, number) in [
            ("3,5;", Some(3.5)),
            (" -3,5;", Some(-3.5)),
            ("3,5\r\n", Some(3.5)),
            ("3.5;", None),
            ("3,5 V;", None),
            ("3,5\rx\n", None),
            ("1e5;", None),
            ("12345678901234567890;", None),
            ("--;", None),
            (";", None),
            // May go on in the next piece.
            ("3,5", None),
        ] {
            let mut fields = [Field::EMPTY; MAX_SLOTS];
            scan.fields(line.as_bytes(), &mut fields).unwrap();
            let found = Some(fields[0].number).filter(|number| !number.is_nan());
            assert_eq!(found, number, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn a_number_read_in_passing_is_the_number_of_its_text(
            line in "[-+0-9.,;eE \r]{0,40}\n",
            decimal in prop::sample::select(vec![b'.', b',']),
            delimiter in prop::sample::select(vec![b',', b';']),
        ) {
            let scan = scan(&[0, 1, 2], delimiter, decimal);
            let mut fields = [Field::EMPTY; MAX_SLOTS];
            scan.fields(line.as_bytes(), &mut fields).unwrap();
            for field in &fields[..3] {
                if !field.number.is_nan() {
                    let parsed = number::parse(field.text, decimal).unwrap();
                    prop_assert_eq!(field.number.to_bits(), parsed.to_bits());
                }
            }
        }
    }
}
