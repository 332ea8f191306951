//! The rows of a sheet, put together from XML events.

use super::attribute;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use std::ops::ControlFlow;

/// Columns read; cyclers write 60 at most.
const MAX_COLUMNS: usize = 1024;

/// Bytes of a cell kept.
pub const MAX_CELL: usize = 4096;

/// Text and the references in it, such as `&lt;`, are events of their own.
pub fn push_text(text: &mut String, event: &Event<'_>) {
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

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Shared,
    Text,
}

/// Puts the cells of a row together from XML events.
pub struct SheetParser<'s> {
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

impl<'s> SheetParser<'s> {
    /// A parser before the first row.
    pub fn new(shared: &'s [String]) -> Self {
        Self {
            shared,
            cells: Vec::new(),
            n_cells: 0,
            row: 0,
            column: 0,
            kind: Kind::Number,
            in_value: false,
            text: String::new(),
        }
    }

    /// Takes the next event; whole rows go to `visit`, with their number from 1.
    pub fn event(
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

#[cfg(test)]
mod tests {
    use super::*;
    use quick_xml::Reader;

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
