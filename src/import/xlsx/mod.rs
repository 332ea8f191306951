//! Workbooks: sheets as rows of cells, formulas by their cached values, streamed.

mod package;
mod sheet;
mod tables;

pub(super) use tables::tables;

use super::error::ImportError;
use package::{directory, Entry, Unpacked};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use sheet::{push_text, SheetParser, MAX_CELL};
use std::ops::ControlFlow;

/// Shared strings, and the rows held at a time, may each take this many times the size of the
/// workbook, and [`FREE_TEXT`] more: a reference of five bytes may stand for a long string.
const MAX_TEXT_RATIO: usize = 64;
/// Bytes of text that any workbook may have.
const FREE_TEXT: usize = 1 << 24;

const DAMAGED: ImportError = ImportError::BadArchive {
    reason: "the workbook has no readable directory",
};

/// A workbook in memory, its sheets still packed.
#[derive(Debug)]
pub struct Workbook<'a> {
    bytes: &'a [u8],
    entries: Vec<Entry>,
    sheets: Vec<(String, String)>,
    shared: Vec<String>,
}

/// The beginning of a sheet.
pub(super) struct FirstRows {
    /// Its rows, as [`Workbook::rows`] gives them.
    pub rows: Vec<Vec<String>>,
    /// Their numbers, from 1.
    pub numbers: Vec<u64>,
    /// Whether these are all that were asked for.
    pub is_whole: bool,
}

impl<'a> Workbook<'a> {
    /// Reads directory, sheet names and shared strings.
    ///
    /// # Errors
    /// `BadArchive`, or `TooLarge` for strings out of proportion to the file.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ImportError> {
        let entries = directory(bytes).ok_or(DAMAGED)?;
        let mut book = Self {
            bytes,
            entries,
            sheets: Vec::new(),
            shared: Vec::new(),
        };
        let mut targets: Vec<(String, String)> = Vec::new();
        book.elements("xl/_rels/workbook.xml.rels", &mut |name, element| {
            if name == b"Relationship" {
                targets.push((attribute(element, b"Id"), attribute(element, b"Target")));
            }
        })?;
        let mut sheets: Vec<(String, String)> = Vec::new();
        book.elements("xl/workbook.xml", &mut |name, element| {
            if name == b"sheet" && sheets.len() < 1000 {
                sheets.push((attribute(element, b"name"), attribute(element, b"id")));
            }
        })?;
        for (name, id) in sheets {
            let Some((_, target)) = targets.iter().find(|(known, _)| *known == id) else {
                continue;
            };
            let target = target.trim_start_matches('/');
            let path = if target.starts_with("xl/") {
                target.to_string()
            } else {
                format!("xl/{target}")
            };
            // One sheet under many names would be read as often.
            if !book.sheets.iter().any(|(_, known)| *known == path) {
                book.sheets.push((name, path));
            }
        }
        if book.sheets.is_empty() {
            // No directory of sheets: take the parts as they are called.
            book.sheets = book
                .entries
                .iter()
                .filter(|entry| entry.name.starts_with("xl/worksheets/sheet"))
                .map(|entry| (entry.name.clone(), entry.name.clone()))
                .collect();
        }
        book.shared = book.shared_strings()?;
        Ok(book)
    }

    /// Names of the sheets, in the order of the workbook.
    pub fn sheet_names(&self) -> Vec<&str> {
        self.sheets.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// All rows of a sheet as text: numbers as written, formulas as last calculated. Rows end at
    /// their last cell; empty rows are left out.
    ///
    /// # Errors
    /// `BadArchive` or `TooLarge`.
    pub fn rows(&self, sheet: usize) -> Result<Vec<Vec<String>>, ImportError> {
        let first = self.first_rows(sheet, usize::MAX)?;
        if !first.is_whole {
            return Err(ImportError::TooLarge {
                limit: self.allowed() as u64,
            });
        }
        Ok(first.rows)
    }

    /// The first rows of a sheet, as many as are asked for and may be held.
    ///
    /// # Errors
    /// `BadArchive` or `TooLarge`.
    pub(super) fn first_rows(&self, sheet: usize, n_rows: usize) -> Result<FirstRows, ImportError> {
        let mut first = FirstRows {
            rows: Vec::new(),
            numbers: Vec::new(),
            is_whole: true,
        };
        let mut n_bytes = 0;
        self.for_each_row(sheet, &mut |number, cells| {
            // Of each cell the text, and the handle of it.
            let cell_bytes = |cell: &String| cell.len() + size_of::<String>();
            n_bytes += cells.iter().map(cell_bytes).sum::<usize>() + size_of::<Vec<String>>();
            first.is_whole = n_bytes <= self.allowed();
            if !first.is_whole {
                return ControlFlow::Break(());
            }
            first.rows.push(cells.to_vec());
            first.numbers.push(number);
            if first.rows.len() < n_rows {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        Ok(first)
    }

    /// Bytes of text that may be held at a time.
    fn allowed(&self) -> usize {
        MAX_TEXT_RATIO
            .saturating_mul(self.bytes.len())
            .saturating_add(FREE_TEXT)
    }

    /// Hands over the rows of a sheet one by one, with their number from 1.
    ///
    /// # Errors
    /// `BadArchive` or `TooLarge`.
    pub fn for_each_row(
        &self,
        sheet: usize,
        visit: &mut dyn FnMut(u64, &[String]) -> ControlFlow<()>,
    ) -> Result<(), ImportError> {
        let Some((_, path)) = self.sheets.get(sheet) else {
            return Ok(());
        };
        let mut parser = SheetParser::new(&self.shared);
        self.parse(path, &mut |event| parser.event(event, visit))
    }

    fn shared_strings(&self) -> Result<Vec<String>, ImportError> {
        let mut strings: Vec<String> = Vec::new();
        let mut text = String::new();
        let (mut in_text, mut in_phonetic) = (false, false);
        let allowed = self.allowed();
        let mut n_bytes = 0;
        self.parse("xl/sharedStrings.xml", &mut |event| {
            match event {
                Event::Start(start) => match start.local_name().as_ref() {
                    b"si" => text.clear(),
                    b"t" => in_text = !in_phonetic,
                    b"rPh" => in_phonetic = true,
                    _ => {}
                },
                Event::Empty(start) if start.local_name().as_ref() == b"si" => {
                    n_bytes += size_of::<String>();
                    strings.push(String::new());
                }
                Event::End(end) => match end.local_name().as_ref() {
                    b"si" => {
                        n_bytes += text.capacity() + size_of::<String>();
                        strings.push(std::mem::take(&mut text));
                    }
                    b"t" => in_text = false,
                    b"rPh" => in_phonetic = false,
                    _ => {}
                },
                _ if in_text && text.len() < MAX_CELL => push_text(&mut text, event),
                _ => {}
            }
            if n_bytes > allowed {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        if n_bytes > allowed {
            return Err(ImportError::TooLarge {
                limit: allowed as u64,
            });
        }
        Ok(strings)
    }

    fn elements(
        &self,
        part: &str,
        visit: &mut dyn FnMut(&[u8], &BytesStart<'_>),
    ) -> Result<(), ImportError> {
        self.parse(part, &mut |event| {
            if let Event::Start(start) | Event::Empty(start) = event {
                visit(start.local_name().as_ref(), start);
            }
            ControlFlow::Continue(())
        })
    }

    /// Streams the XML events of a part; a missing part has none.
    fn parse(
        &self,
        part: &str,
        visit: &mut dyn FnMut(&Event<'_>) -> ControlFlow<()>,
    ) -> Result<(), ImportError> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == part) else {
            return Ok(());
        };
        let packed = entry.bytes(self.bytes).ok_or(DAMAGED)?;
        let mut source = Unpacked::new(packed, entry.method)?;
        let mut reader = Reader::from_reader(&mut source);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Eof) => break,
                Ok(event) => {
                    if visit(&event).is_break() {
                        return Ok(());
                    }
                }
                Err(_) => {
                    // A size limit surfaces as a read error: say which it was.
                    return Err(source.error.take().unwrap_or(ImportError::BadArchive {
                        reason: "a sheet of the workbook is damaged",
                    }));
                }
            }
        }
        match source.error.take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &[u8]) -> String {
    // Unchecked: of repeated names the first will do.
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| {
            attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .ok()
                .map(|value| value.into_owned())
        })
        .unwrap_or_default()
}
