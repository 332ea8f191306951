//! The package around the sheets: its directory, and parts unpacked as they are read.

use crate::import::error::ImportError;
use crate::import::inflate::Inflater;

#[derive(Debug)]
pub struct Entry {
    /// Path in the package.
    pub name: String,
    /// 0 stored, 8 deflated.
    pub method: u16,
    n_packed: usize,
    offset: usize,
}

impl Entry {
    pub fn bytes<'a>(&self, archive: &'a [u8]) -> Option<&'a [u8]> {
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
pub fn directory(bytes: &[u8]) -> Option<Vec<Entry>> {
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
pub struct Unpacked<'a> {
    packed: &'a [u8],
    inflater: Option<Inflater>,
    ready: Vec<u8>,
    at: usize,
    /// Why reading ended, if it was not the end.
    pub error: Option<ImportError>,
}

impl<'a> Unpacked<'a> {
    pub fn new(packed: &'a [u8], method: u16) -> Result<Self, ImportError> {
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
