//! Gzip (RFC 1952), streamed into whatever it holds.

use super::{name_container, Content};
use crate::import::error::ImportError;
use crate::import::inflate::Inflater;
use crate::import::table::Table;
use crate::import::Options;

/// RFC 1952, members concatenated.
#[derive(Debug)]
pub(super) struct Gzip {
    inner: Content,
    header: Vec<u8>,
    inflater: Option<Inflater>,
    n_trailer: usize,
    has_member: bool,
}

impl Gzip {
    pub fn new(name: &str, depth: u32) -> Self {
        let inner = name.strip_suffix(".gz").unwrap_or(name);
        Self {
            inner: Content::new(inner, depth + 1),
            header: Vec::new(),
            inflater: None,
            n_trailer: 0,
            has_member: false,
        }
    }

    pub fn push(&mut self, mut bytes: &[u8], options: &Options) -> Result<(), ImportError> {
        while !bytes.is_empty() {
            if let Some(inflater) = &mut self.inflater {
                let inner = &mut self.inner;
                let used = inflater.push(bytes, &mut |bytes| inner.push(bytes, options))?;
                bytes = bytes.get(used..).unwrap_or(&[]);
                if inflater.is_done() {
                    self.inflater = None;
                    self.n_trailer = 8;
                    self.has_member = true;
                } else {
                    return Ok(());
                }
            } else if self.n_trailer > 0 {
                let n = self.n_trailer.min(bytes.len());
                self.n_trailer -= n;
                bytes = bytes.get(n..).unwrap_or(&[]);
            } else {
                // One byte at a time: headers are ten bytes and a name.
                let (byte, rest) = match bytes {
                    [byte, rest @ ..] => (*byte, rest),
                    [] => return Ok(()),
                };
                bytes = rest;
                self.header.push(byte);
                if self.has_member
                    && !b"\x1F\x8B".starts_with(&self.header)
                    && self.header.len() < 3
                {
                    // Padding after the last member.
                    self.header.clear();
                    return Ok(());
                }
                match gzip_header_end(&self.header)? {
                    true => {
                        self.header.clear();
                        self.inflater = Some(Inflater::new());
                    }
                    false if self.header.len() > 70_000 => {
                        return Err(ImportError::BadArchive {
                            reason: "the gzip header does not end",
                        })
                    }
                    false => {}
                }
            }
        }
        Ok(())
    }

    pub fn finish(self, options: &Options) -> Result<Vec<Table>, ImportError> {
        if !self.has_member && self.inflater.is_none() {
            return Err(ImportError::BadArchive {
                reason: "the gzip header is cut off",
            });
        }
        let is_cut = self.inflater.is_some();
        let mut tables = self.inner.finish(options)?;
        name_container(&mut tables, "gzip");
        if is_cut {
            for table in &mut tables {
                table.intake.findings.whole("archive-cut", "");
            }
        }
        Ok(tables)
    }
}

/// Whether a gzip header is complete.
pub fn gzip_header_end(header: &[u8]) -> Result<bool, ImportError> {
    let Some(flags) = header.get(3) else {
        return Ok(false);
    };
    if header.get(..3) != Some(b"\x1F\x8B\x08") {
        return Err(ImportError::BadArchive {
            reason: "no gzip member where one is expected",
        });
    }
    let mut at = 10;
    if flags & 4 != 0 {
        let Some([low, high]) = header
            .get(at..at + 2)
            .and_then(|two| <[u8; 2]>::try_from(two).ok())
        else {
            return Ok(false);
        };
        at += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            match header
                .get(at..)
                .and_then(|rest| rest.iter().position(|byte| *byte == 0))
            {
                Some(end) => at += end + 1,
                None => return Ok(false),
            }
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    Ok(header.len() >= at)
}
