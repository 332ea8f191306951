//! Workbooks: sheets as rows of cells, formulas by their cached values, streamed.

use super::container::{sheet_encoding, Table};
use super::error::ImportError;
use super::inflate::Inflater;
use super::intake::{flow_of, Field, Intake, MAX_SLOTS};
use super::layout::{self, Layout};
use super::Options;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::ops::ControlFlow;

/// Columns read; cyclers write 60 at most.
const MAX_COLUMNS: usize = 1024;
/// Rows of head that decide the layout of a sheet.
pub(super) const HEAD_ROWS: usize = 200;
/// Bytes of a cell kept.
const MAX_CELL: usize = 4096;
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

#[derive(Debug)]
struct Entry {
    name: String,
    method: u16,
    n_packed: usize,
    offset: usize,
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
        let mut parser = SheetParser {
            shared: &self.shared,
            cells: Vec::new(),
            n_cells: 0,
            row: 0,
            column: 0,
            kind: Kind::Number,
            in_value: false,
            text: String::new(),
        };
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

/// Text and the references in it, such as `&lt;`, are events of their own.
fn push_text(text: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(part) => text.push_str(&String::from_utf8_lossy(part)),
        Event::GeneralRef(name) => match name.resolve_char_ref() {
            Ok(Some(letter)) => text.push(letter),
            _ => {
                let name = String::from_utf8_lossy(name);
                match resolve_predefined_entity(&name) {
                    Some(plain) => text.push_str(plain),
                    None => text.extend(["&", &name, ";"]),
                }
            }
        },
        _ => {}
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

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Shared,
    Text,
}

/// Puts the cells of a row together from XML events.
struct SheetParser<'s> {
    shared: &'s [String],
    /// Cells of the row, reused; the first `n_cells` count.
    cells: Vec<String>,
    n_cells: usize,
    row: u64,
    column: usize,
    kind: Kind,
    in_value: bool,
    text: String,
}

impl SheetParser<'_> {
    fn event(
        &mut self,
        event: &Event<'_>,
        visit: &mut dyn FnMut(u64, &[String]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match event {
            Event::Start(start) => match start.local_name().as_ref() {
                b"row" => {
                    let number = attribute(start, b"r")
                        .parse()
                        .unwrap_or(self.row.saturating_add(1));
                    self.row = number;
                    self.column = 0;
                    self.n_cells = 0;
                }
                b"c" => self.open_cell(start),
                b"v" | b"t" => {
                    self.in_value = true;
                }
                _ => {}
            },
            Event::Empty(start) if start.local_name().as_ref() == b"c" => {
                self.open_cell(start);
                self.column += 1;
            }
            Event::End(end) => match end.local_name().as_ref() {
                b"v" | b"t" => self.in_value = false,
                b"c" => {
                    self.close_cell();
                    self.column += 1;
                }
                b"row" if self.n_cells > 0 => {
                    return visit(self.row, self.cells.get(..self.n_cells).unwrap_or(&[]));
                }
                _ => {}
            },
            _ if self.in_value && self.text.len() < MAX_CELL => push_text(&mut self.text, event),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn open_cell(&mut self, start: &BytesStart<'_>) {
        self.text.clear();
        self.in_value = false;
        self.kind = Kind::Number;
        for attribute in start.attributes().with_checks(false).flatten() {
            match attribute.key.as_ref() {
                b"r" => {
                    if let Some(column) = column_of(&attribute.value) {
                        self.column = column;
                    }
                }
                b"t" => {
                    self.kind = match attribute.value.as_ref() {
                        b"s" => Kind::Shared,
                        b"n" => Kind::Number,
                        _ => Kind::Text,
                    }
                }
                _ => {}
            }
        }
    }

    fn close_cell(&mut self) {
        if self.text.is_empty() || self.column >= MAX_COLUMNS {
            return;
        }
        while self.n_cells <= self.column {
            match self.cells.get_mut(self.n_cells) {
                Some(cell) => cell.clear(),
                None => self.cells.push(String::new()),
            }
            self.n_cells += 1;
        }
        let value = match self.kind {
            Kind::Shared => self
                .text
                .trim()
                .parse::<usize>()
                .ok()
                .and_then(|index| self.shared.get(index))
                .map_or("", String::as_str),
            Kind::Number => self.text.trim(),
            Kind::Text => self.text.as_str(),
        };
        if let Some(cell) = self.cells.get_mut(self.column) {
            cell.push_str(value);
        }
    }
}

/// Column of a reference such as `AB12`, from 0.
fn column_of(reference: &[u8]) -> Option<usize> {
    let mut column = 0_usize;
    for byte in reference
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .take(4)
    {
        column = column * 26 + usize::from(byte.to_ascii_uppercase() - b'A' + 1);
    }
    column.checked_sub(1)
}

impl Entry {
    fn bytes<'a>(&self, archive: &'a [u8]) -> Option<&'a [u8]> {
        let header = archive.get(self.offset..self.offset.checked_add(30)?)?;
        if !header.starts_with(b"PK\x03\x04") {
            return None;
        }
        let n_name = usize::from(u16::from_le_bytes([*header.get(26)?, *header.get(27)?]));
        let n_extra = usize::from(u16::from_le_bytes([*header.get(28)?, *header.get(29)?]));
        let start = self.offset.checked_add(30 + n_name + n_extra)?;
        // A cut file still gives what is there.
        let end = start.checked_add(self.n_packed)?.min(archive.len());
        archive.get(start..end)
    }
}

/// Central directory of a zip archive.
fn directory(bytes: &[u8]) -> Option<Vec<Entry>> {
    let word = |at: usize| -> Option<usize> {
        Some(usize::from(u16::from_le_bytes(
            bytes.get(at..at.checked_add(2)?)?.try_into().ok()?,
        )))
    };
    let long = |at: usize| -> Option<usize> {
        Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize)
    };
    let from = bytes.len().saturating_sub(66_000);
    let tail = bytes.get(from..)?;
    let end = tail.windows(4).rposition(|four| four == b"PK\x05\x06")? + from;
    let n_entries = word(end + 10)?;
    let mut at = long(end + 16)?;
    let mut entries = Vec::new();
    for _ in 0..n_entries {
        if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let (n_name, n_extra, n_comment) = (word(at + 28)?, word(at + 30)?, word(at + 32)?);
        let name = bytes.get(at + 46..at + 46 + n_name)?;
        entries.push(Entry {
            // Some writers use backslashes.
            name: String::from_utf8_lossy(name).replace('\\', "/"),
            method: word(at + 10)? as u16,
            n_packed: long(at + 20)?,
            offset: long(at + 42)?,
        });
        at = at.checked_add(46 + n_name + n_extra + n_comment)?;
    }
    Some(entries)
}

/// A part being unpacked, as a buffered reader for the XML parser.
struct Unpacked<'a> {
    packed: &'a [u8],
    inflater: Option<Inflater>,
    ready: Vec<u8>,
    at: usize,
    error: Option<ImportError>,
}

impl<'a> Unpacked<'a> {
    fn new(packed: &'a [u8], method: u16) -> Result<Self, ImportError> {
        let inflater = match method {
            0 => None,
            8 => Some(Inflater::new()),
            _ => {
                return Err(ImportError::BadArchive {
                    reason: "a compression other than deflate",
                })
            }
        };
        Ok(Self {
            packed,
            inflater,
            ready: Vec::new(),
            at: 0,
            error: None,
        })
    }
}

impl std::io::Read for Unpacked<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        use std::io::BufRead;
        let ready = self.fill_buf()?;
        let n = ready.len().min(out.len());
        if let (Some(out), Some(ready)) = (out.get_mut(..n), ready.get(..n)) {
            out.copy_from_slice(ready);
        }
        self.consume(n);
        Ok(n)
    }
}

impl std::io::BufRead for Unpacked<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        /// Packed bytes unpacked at a time.
        const PIECE: usize = 8192;
        while self.at >= self.ready.len() && self.error.is_none() {
            self.ready.clear();
            self.at = 0;
            let piece = self
                .packed
                .get(..PIECE.min(self.packed.len()))
                .unwrap_or(&[]);
            if piece.is_empty() {
                break;
            }
            let ready = &mut self.ready;
            let used = match &mut self.inflater {
                None => {
                    ready.extend_from_slice(piece);
                    Ok(piece.len())
                }
                Some(inflater) if inflater.is_done() => break,
                Some(inflater) => inflater.push(piece, &mut |bytes| {
                    ready.extend_from_slice(bytes);
                    Ok(())
                }),
            };
            match used {
                Ok(used) => self.packed = self.packed.get(used..).unwrap_or(&[]),
                Err(error) => self.error = Some(error),
            }
        }
        Ok(self.ready.get(self.at..).unwrap_or(&[]))
    }

    fn consume(&mut self, n: usize) {
        self.at += n;
    }
}

/// Reads the sheets that hold curves; consecutive sheets of equal headings are one table.
///
/// # Errors
/// Why no sheet holds curves.
pub fn tables(bytes: &[u8], options: &Options) -> Result<Vec<Table>, ImportError> {
    let book = Workbook::open(bytes)?;
    let mut tables: Vec<Table> = Vec::new();
    let mut reason: Option<ImportError> = None;
    for (sheet, name) in book.sheet_names().into_iter().enumerate() {
        let FirstRows {
            rows: head,
            numbers,
            ..
        } = book.first_rows(sheet, HEAD_ROWS)?;
        let layout = match &options.mapping {
            Some(mapping) => mapping.sheet_layout(&head),
            None => layout::analyse_rows(&head),
        };
        let layout = match layout {
            Ok(layout) => layout,
            Err(error) => {
                reason = Some(ImportError::worthier(reason, error.within(name)));
                continue;
            }
        };
        let first = numbers.get(layout.first_line).copied().unwrap_or(u64::MAX);
        match tables.last_mut() {
            Some(table) if table.layout.headings == layout.headings => {
                table.member = format!("{}, {name}", table.member);
                fill(&book, sheet, first, &mut table.intake, &mut table.n_rows)?;
            }
            _ => {
                let mut intake = Intake::new(
                    &layout.columns,
                    layout.decimal,
                    layout.thousands,
                    options.target_ah(&layout.preamble),
                );
                intake.trace = options.trace.then(Box::default);
                let mut n_rows = 0;
                fill(&book, sheet, first, &mut intake, &mut n_rows)?;
                tables.push(Table {
                    member: name.to_string(),
                    container: "xlsx".to_string(),
                    encoding: sheet_encoding(),
                    layout,
                    intake,
                    n_rows,
                });
            }
        }
    }
    if tables.is_empty() {
        return Err(reason.unwrap_or(ImportError::NoTable));
    }
    Ok(tables)
}

fn fill(
    book: &Workbook<'_>,
    sheet: usize,
    first: u64,
    intake: &mut Intake,
    n_rows: &mut u64,
) -> Result<(), ImportError> {
    let columns = intake.columns();
    let state = intake.state_slot();
    book.for_each_row(sheet, &mut |number, cells| {
        if number >= first {
            *n_rows += 1;
            let mut fields = [Field::EMPTY; MAX_SLOTS];
            for (field, column) in fields.iter_mut().zip(&columns) {
                *field = Field::of(cells.get(*column).map_or(&[], |cell| cell.as_bytes()));
            }
            let word = state
                .and_then(|slot| columns.get(slot))
                .and_then(|column| cells.get(*column))
                .map_or("", String::as_str);
            if !intake.row(&fields, flow_of(word), number)
                && cells.iter().any(|cell| !cell.is_empty())
            {
                intake.findings.at("row-unreadable", number);
            }
        }
        ControlFlow::Continue(())
    })
}

impl Layout {
    /// Layout of a sheet: the parts that only text has are fixed.
    pub(super) fn of_sheet(
        headings: Vec<String>,
        header_line: usize,
        first_line: usize,
        decimal: u8,
        columns: super::dialects::Match,
    ) -> Self {
        Self {
            delimiter: b'\t',
            decimal,
            thousands: None,
            wrapped: false,
            headings,
            header_line,
            first_line,
            n_indent: 0,
            columns,
            preamble: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_in_text_are_resolved_and_unknown_ones_kept() {
        let mut reader = Reader::from_str("<t>a &lt;b&gt; &#65;&#x42; &amp;lt; &other; c</t>");
        let mut text = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                event => push_text(&mut text, &event),
            }
        }
        assert_eq!(text, "a <b> AB &lt; &other; c");
    }
}
