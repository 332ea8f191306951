//! What the bytes are: text, gzip, zip, a workbook, or a binary that is refused with the way out.

mod gzip;
mod kind;
mod zip;

pub(super) use gzip::gzip_header_end;
pub(super) use zip::{is_workbook_part, local_header, Header};

use super::encoding::Transcoder;
use super::error::ImportError;
use super::table::Table;
use super::text::TextReader;
use super::{xlsx, Options};
use gzip::Gzip;
use zip::Zip;

/// Bytes needed to recognise every kind.
const SNIFF: usize = 512;
/// A workbook is held whole; more than this is no cycler export.
const MAX_WORKBOOK: usize = 512 << 20;
/// Containers inside containers.
const MAX_DEPTH: u32 = 2;

#[derive(Debug)]
enum State {
    Sniffing(Vec<u8>),
    Text(Box<TextReader>),
    Gzip(Box<Gzip>),
    Zip(Box<Zip>),
    Workbook(Vec<u8>),
}

/// Bytes on their way in, whatever they are.
#[derive(Debug)]
pub struct Content {
    name: String,
    depth: u32,
    state: State,
}

impl Content {
    /// Content of a file or member of this name.
    pub fn new(name: &str, depth: u32) -> Self {
        Self {
            name: name.to_string(),
            depth,
            state: State::Sniffing(Vec::new()),
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// As soon as the content is known to be unreadable.
    pub fn push(&mut self, bytes: &[u8], options: &Options) -> Result<(), ImportError> {
        match &mut self.state {
            State::Sniffing(head) => {
                head.extend_from_slice(bytes);
                if head.len() >= SNIFF {
                    self.decide(options)?;
                }
                Ok(())
            }
            State::Text(reader) => reader.push(bytes, options),
            State::Gzip(gzip) => gzip.push(bytes, options),
            State::Zip(zip) => {
                if zip.push(bytes, options)? {
                    let whole = std::mem::take(&mut zip.seen);
                    self.state = State::Workbook(whole);
                }
                Ok(())
            }
            State::Workbook(whole) => {
                if whole.len() + bytes.len() > MAX_WORKBOOK {
                    return Err(ImportError::TooLarge {
                        limit: MAX_WORKBOOK as u64,
                    });
                }
                whole.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    fn decide(&mut self, options: &Options) -> Result<(), ImportError> {
        let State::Sniffing(head) = &mut self.state else {
            return Ok(());
        };
        let head = std::mem::take(head);
        let binary = |kind: &str| {
            Err(ImportError::Binary {
                kind: kind.to_string(),
            })
        };
        if let Some(kind) = kind::by_first_bytes(&head) {
            return binary(kind);
        }
        let is_packed = head.starts_with(b"\x1F\x8B") || head.starts_with(b"PK");
        if is_packed && self.depth >= MAX_DEPTH {
            return Err(ImportError::BadArchive {
                reason: "archives inside archives",
            });
        }
        self.state = if head.starts_with(b"\x1F\x8B\x08") {
            State::Gzip(Box::new(Gzip::new(&self.name, self.depth)))
        } else if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            State::Zip(Box::new(Zip::new(self.depth)))
        } else {
            // Text has no zero bytes, except in UTF-16.
            let n_zeros = head.iter().filter(|byte| **byte == 0).count();
            let n_controls = head
                .iter()
                .filter(|byte| **byte < 9 || (14..27).contains(*byte) || (28..32).contains(*byte))
                .count();
            if (n_zeros > 0 || n_controls * 20 > head.len()) && Transcoder::detect(&head).is_none()
            {
                return binary(kind::by_extension(&self.name));
            }
            State::Text(Box::new(TextReader::new()))
        };
        self.push(&head, options)
    }

    /// Ends the bytes; gives the tables found, and errors only if there is none.
    ///
    /// # Errors
    /// Why there is no table.
    pub fn finish(mut self, options: &Options) -> Result<Vec<Table>, ImportError> {
        if let State::Sniffing(head) = &self.state {
            if head.is_empty() {
                return Err(ImportError::Empty);
            }
            self.decide(options)?;
        }
        match self.state {
            State::Sniffing(_) => Err(ImportError::Empty),
            State::Text(reader) => {
                let body = reader.finish(options)?;
                Ok(vec![Table {
                    member: String::new(),
                    container: String::new(),
                    encoding: body.encoding.name(),
                    n_rows: body.line.saturating_sub(body.layout.first_line as u64),
                    layout: body.layout,
                    intake: body.intake,
                }])
            }
            State::Gzip(gzip) => gzip.finish(options),
            State::Zip(zip) => zip.finish(options),
            State::Workbook(whole) => xlsx::tables(&whole, options),
        }
    }
}

fn name_container(tables: &mut [Table], name: &str) {
    for table in tables {
        table.container = if table.container.is_empty() {
            name.to_string()
        } else {
            format!("{name}+{}", table.container)
        };
    }
}
