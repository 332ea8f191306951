//! Delimited text, streamed: the head decides the layout, then only needed fields are parsed.

use super::encoding::{self, Encoding, Transcoder};
use super::error::ImportError;
use super::intake::{flow_of, Field, Flow, Intake, MAX_SLOTS};
use super::layout::{self, Layout};
use super::scan::{Column, Scan};
use super::Options;
use memchr::{memchr, memchr2};

/// Bytes of head that are looked at first, and at most.
const HEAD_BYTES: usize = 1 << 16;
const MAX_HEAD_BYTES: usize = 1 << 20;
/// A longer line is no table row.
const MAX_LINE: usize = 1 << 16;
/// Step words remembered.
const MAX_WORDS: usize = 64;

/// A delimited text table on its way in.
#[derive(Debug)]
pub struct TextReader {
    head: Vec<u8>,
    head_goal: usize,
    transcoder: Option<Transcoder>,
    /// Old line ends: carriage returns only.
    is_cr_only: bool,
    is_first: bool,
    body: Option<Body>,
}

/// The table once its layout is known.
#[derive(Debug)]
pub struct Body {
    /// Its shape.
    pub layout: Layout,
    /// Its encoding.
    pub encoding: Encoding,
    /// Its samples.
    pub intake: Intake,
    /// The columns that are read.
    scan: Scan,
    header: Vec<u8>,
    units: Vec<u8>,
    carry: Vec<u8>,
    words: Vec<(Vec<u8>, Flow)>,
    gb18030: Option<encoding::DecodeGb18030>,
    /// Lines read.
    pub line: u64,
    layered_state: Flow,
}

impl TextReader {
    /// A reader before the first byte.
    pub fn new() -> Self {
        Self {
            head: Vec::new(),
            head_goal: HEAD_BYTES,
            transcoder: None,
            is_cr_only: false,
            is_first: true,
            body: None,
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// As soon as the layout is known to be unreadable.
    pub fn push(&mut self, bytes: &[u8], options: &Options) -> Result<(), ImportError> {
        if self.is_first && !bytes.is_empty() {
            self.is_first = false;
            self.transcoder = Transcoder::detect(bytes);
        }
        match &mut self.transcoder {
            Some(transcoder) => {
                let text = transcoder.push(bytes);
                self.push_text(&text, options)
            }
            None => self.push_text(bytes, options),
        }
    }

    fn push_text(&mut self, bytes: &[u8], options: &Options) -> Result<(), ImportError> {
        if let Some(body) = &mut self.body {
            if self.is_cr_only {
                body.push(&with_line_feeds(bytes));
            } else {
                body.push(bytes);
            }
            return Ok(());
        }
        self.head.extend_from_slice(bytes);
        if self.head.len() < self.head_goal {
            return Ok(());
        }
        match self.begin(options) {
            Ok(()) => Ok(()),
            Err(ImportError::NoHeader { .. } | ImportError::Empty)
                if self.head.len() < MAX_HEAD_BYTES =>
            {
                // A long preamble: look further.
                self.head_goal = self.head.len() * 4;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn begin(&mut self, options: &Options) -> Result<(), ImportError> {
        if !self.head.contains(&b'\n') && self.head.contains(&b'\r') {
            self.is_cr_only = true;
            self.head = with_line_feeds(&self.head);
        }
        let utf16 = self.transcoder.as_ref().map(Transcoder::encoding);
        let (encoding, lines) = encoding::decode_head(&self.head, utf16, options.decode_gb18030)?;
        let layout = match &options.mapping {
            Some(mapping) => mapping.layout(&lines)?,
            None => layout::analyse(&lines)?,
        };
        let target_ah = options.target_ah(&layout.preamble);
        let mut intake = Intake::new(&layout.columns, layout.decimal, layout.thousands, target_ah);
        intake.trace = options.trace.then(Box::default);
        let columns = intake.columns().into_iter().enumerate();
        let columns = columns.map(|(slot, index)| Column {
            index,
            slot,
            is_number: intake.is_number(slot),
        });
        let scan = Scan::new(columns.collect(), layout.delimiter, layout.decimal);
        let raw = |line: usize| -> Vec<u8> {
            self.head
                .split(|byte| *byte == b'\n')
                .nth(line)
                .map(|line| line.trim_ascii_end().to_vec())
                .unwrap_or_default()
        };
        let mut body = Body {
            header: raw(layout.header_line),
            units: if layout.first_line > layout.header_line + 1 {
                raw(layout.header_line + 1)
            } else {
                Vec::new()
            },
            layout,
            encoding,
            intake,
            scan,
            carry: Vec::new(),
            words: Vec::new(),
            gb18030: options.decode_gb18030,
            line: 0,
            layered_state: Flow::Other,
        };
        let head = std::mem::take(&mut self.head);
        body.push(&head);
        self.body = Some(body);
        Ok(())
    }

    /// Ends the text.
    ///
    /// # Errors
    /// If the layout cannot be read.
    pub fn finish(mut self, options: &Options) -> Result<Body, ImportError> {
        if self.body.is_none() {
            self.begin(options)?;
        }
        let Some(mut body) = self.body else {
            return Err(ImportError::Empty);
        };
        let rest = std::mem::take(&mut body.carry);
        if !rest.is_empty() && !body.take_line(&rest) {
            // The writer stopped in the middle of the row.
            body.intake.findings.at("last-row-cut", body.line);
        }
        Ok(body)
    }
}

fn with_line_feeds(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .map(|byte| if *byte == b'\r' { b'\n' } else { *byte })
        .collect()
}

impl Body {
    fn push(&mut self, mut bytes: &[u8]) {
        if !self.carry.is_empty() {
            match memchr(b'\n', bytes) {
                Some(end) => {
                    let mut line = std::mem::take(&mut self.carry);
                    line.extend_from_slice(bytes.get(..end).unwrap_or(&[]));
                    self.counted_line(&line);
                    line.clear();
                    self.carry = line;
                    bytes = bytes.get(end + 1..).unwrap_or(&[]);
                }
                None => {
                    self.keep(bytes);
                    return;
                }
            }
        }
        while let Some(n) = self.next_line(bytes) {
            bytes = bytes.get(n..).unwrap_or(&[]);
        }
        self.keep(bytes);
    }

    /// Takes one line off the front, if it ends there; returns its length with its end.
    #[inline]
    fn next_line(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.is_plain() && self.line >= self.layout.first_line as u64 {
            let mut fields = [Field::EMPTY; MAX_SLOTS];
            if let Some(at) = self.scan.fields(bytes, &mut fields) {
                let end = at + memchr(b'\n', bytes.get(at..)?)?;
                self.line += 1;
                if !self.take_fields(&fields, bytes.get(..end)?) {
                    self.intake.findings.at("row-unreadable", self.line);
                }
                return Some(end + 1);
            }
        }
        let end = memchr(b'\n', bytes)?;
        self.counted_line(bytes.get(..end)?);
        Some(end + 1)
    }

    /// Whether separators alone tell the fields of a line apart, as long as nothing is quoted.
    fn is_plain(&self) -> bool {
        self.layout.n_indent == 0 && !self.layout.wrapped && self.layout.delimiter != b' '
    }

    /// Holds an unfinished line; bytes of an endless one are dropped.
    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_LINE.saturating_sub(self.carry.len());
        self.carry
            .extend_from_slice(bytes.get(..bytes.len().min(room)).unwrap_or(&[]));
    }

    fn counted_line(&mut self, line: &[u8]) {
        if !self.take_line(line) {
            self.intake.findings.at("row-unreadable", self.line);
        }
    }

    /// Reads one line; returns whether it was understood (blanks and headings are).
    fn take_line(&mut self, line: &[u8]) -> bool {
        self.line += 1;
        if self.line <= self.layout.first_line as u64 {
            return true;
        }
        let mut fields = [Field::EMPTY; MAX_SLOTS];
        if self.layout.delimiter == b' ' {
            let cells = line
                .split(u8::is_ascii_whitespace)
                .filter(|cell| !cell.is_empty());
            self.scan.pick(cells, &mut fields);
            return self.take_fields(&fields, line);
        }
        if self.is_plain() && self.scan.fields(line, &mut fields).is_some() {
            return self.take_fields(&fields, line);
        }
        self.take_careful(line)
    }

    /// Quoted, wrapped and layered lines.
    fn take_careful(&mut self, line: &[u8]) -> bool {
        let mut inner = line.trim_ascii_end();
        if self.layout.wrapped {
            inner = inner.strip_prefix(b"\"").unwrap_or(inner);
            inner = inner.strip_suffix(b"\"").unwrap_or(inner);
        }
        let mut cells: Vec<&[u8]> = Vec::new();
        let mut start = 0;
        let mut quoted = false;
        let mut at = 0;
        while let Some(step) = memchr2(b'"', self.layout.delimiter, inner.get(at..).unwrap_or(&[]))
        {
            at += step;
            if inner.get(at) == Some(&b'"') {
                quoted = !quoted;
            } else if !quoted {
                cells.push(inner.get(start..at).unwrap_or(&[]));
                start = at + 1;
            }
            at += 1;
        }
        cells.push(inner.get(start..).unwrap_or(&[]));
        let n_indent = self.layout.n_indent;
        if n_indent > 0 && !self.take_layer(&cells) {
            return true;
        }
        let mut fields = [Field::EMPTY; MAX_SLOTS];
        self.scan
            .pick(cells.into_iter().map(super::number::trim), &mut fields);
        self.take_fields(&fields, line)
    }

    /// Layered files: a cycle line starts in the first column, a step line in the second, record
    /// lines below the headings. Returns whether this is a record.
    fn take_layer(&mut self, cells: &[&[u8]]) -> bool {
        let blank = |cell: &&[u8]| super::number::trim(cell).is_empty();
        let n_blank = cells.iter().take_while(|cell| blank(cell)).count();
        if n_blank >= self.layout.n_indent {
            return true;
        }
        let mut words = cells
            .iter()
            .map(|cell| flow_of(&encoding::decode(cell, self.encoding, self.gb18030)));
        self.layered_state = words
            .rfind(|flow| *flow != Flow::Other)
            .unwrap_or(Flow::Other);
        false
    }

    fn take_fields(&mut self, fields: &[Field; MAX_SLOTS], line: &[u8]) -> bool {
        let flow = match self.intake.state_slot() {
            Some(slot) => self.flow(fields.get(slot).map_or(&[], |field| field.text)),
            None => self.layered_state,
        };
        if self.intake.row(fields, flow, self.line) {
            return true;
        }
        let line = line.trim_ascii_end();
        if line == self.header {
            self.intake.findings.at("header-repeated", self.line);
            return true;
        }
        // Blank lines and separators-only lines are nothing; a repeated unit row is known.
        line == self.units
            || line
                .iter()
                .all(|byte| *byte == self.layout.delimiter || byte.is_ascii_whitespace())
    }

    fn flow(&mut self, word: &[u8]) -> Flow {
        if let Some((_, flow)) = self.words.iter().find(|(known, _)| known == word) {
            return *flow;
        }
        let flow = flow_of(&encoding::decode(word, self.encoding, self.gb18030));
        if self.words.len() < MAX_WORDS && word.len() < 64 {
            self.words.push((word.to_vec(), flow));
        }
        flow
    }
}
