//! Zip archives, streamed from their start: the directory at the end is not waited for.

use super::{name_container, Content};
use crate::import::error::ImportError;
use crate::import::inflate::Inflater;
use crate::import::table::Table;
use crate::import::Options;

/// Members read from an archive.
const MAX_MEMBERS: usize = 1000;

/// A zip archive read from its start: members one after the other, nothing held back.
#[derive(Debug)]
pub(super) struct Zip {
    depth: u32,
    /// Everything seen so far, until it is known whether this is a workbook.
    pub seen: Vec<u8>,
    buffer: Vec<u8>,
    member: Option<Member>,
    n_members: usize,
    tables: Vec<Table>,
    error: Option<ImportError>,
    is_over: bool,
}

#[derive(Debug)]
struct Member {
    content: Content,
    name: String,
    is_skipped: bool,
    error: Option<ImportError>,
    inflater: Option<Inflater>,
    /// Bytes left of a stored member.
    n_stored: u64,
    has_descriptor: bool,
}

impl Zip {
    pub fn new(depth: u32) -> Self {
        Self {
            depth,
            seen: Vec::new(),
            buffer: Vec::new(),
            member: None,
            n_members: 0,
            tables: Vec::new(),
            error: None,
            is_over: false,
        }
    }

    /// Takes the next bytes; returns true when the archive turns out to be a workbook.
    pub fn push(&mut self, bytes: &[u8], options: &Options) -> Result<bool, ImportError> {
        if self.is_over {
            return Ok(false);
        }
        if self.n_members == 0 {
            self.seen.extend_from_slice(bytes);
        }
        self.buffer.extend_from_slice(bytes);
        while !self.is_over {
            if self.member.is_some() {
                if !self.member_bytes(options)? {
                    break;
                }
                continue;
            }
            let Some(header) = local_header(&self.buffer)? else {
                break;
            };
            let Header::Member {
                name,
                n_header,
                method,
                n_packed,
                flags,
            } = header
            else {
                self.is_over = true;
                break;
            };
            if is_workbook_part(&name) && self.n_members == 0 {
                return Ok(true);
            }
            self.seen = Vec::new();
            self.n_members += 1;
            if name.ends_with(".ndc") || name.eq_ignore_ascii_case("VersionInfo.xml") {
                return Err(ImportError::Binary {
                    kind: "Neware .ndax file".to_string(),
                });
            }
            if flags & 1 != 0 {
                return Err(ImportError::BadArchive {
                    reason: "it is encrypted",
                });
            }
            if flags & 8 != 0 && method == 0 {
                return Err(ImportError::BadArchive {
                    reason: "a stored member of unknown length",
                });
            }
            self.buffer.drain(..n_header);
            let base = crate::import::manifest::base(&name);
            let is_skipped = name.ends_with('/')
                || base.starts_with('.')
                || name.starts_with("__MACOSX")
                || self.n_members > MAX_MEMBERS
                || !matches!(method, 0 | 8);
            self.member = Some(Member {
                content: Content::new(&name, self.depth + 1),
                name,
                is_skipped,
                error: None,
                inflater: (method == 8).then(Inflater::new),
                n_stored: if method == 8 { 0 } else { n_packed },
                has_descriptor: flags & 8 != 0,
            });
        }
        Ok(false)
    }

    /// Feeds the open member; returns false when more bytes are needed.
    fn member_bytes(&mut self, options: &Options) -> Result<bool, ImportError> {
        let Some(member) = &mut self.member else {
            return Ok(true);
        };
        let (content, error, is_skipped) =
            (&mut member.content, &mut member.error, member.is_skipped);
        // One bad member never stops the rest.
        let mut feed = |bytes: &[u8]| {
            if !is_skipped && error.is_none() {
                if let Err(found) = content.push(bytes, options) {
                    if matches!(found, ImportError::TooLarge { .. }) {
                        return Err(found);
                    }
                    *error = Some(found);
                }
            }
            Ok(())
        };
        let is_done = match &mut member.inflater {
            Some(inflater) if !inflater.is_done() => {
                let used = inflater.push(&self.buffer, &mut feed)?;
                self.buffer.drain(..used);
                inflater.is_done()
            }
            Some(_) => true,
            None => {
                let n = (self.buffer.len() as u64).min(member.n_stored) as usize;
                feed(self.buffer.get(..n).unwrap_or(&[]))?;
                self.buffer.drain(..n);
                member.n_stored -= n as u64;
                member.n_stored == 0
            }
        };
        if !is_done {
            return Ok(false);
        }
        if member.has_descriptor {
            let Some(n) = descriptor_len(&self.buffer) else {
                return Ok(false);
            };
            self.buffer.drain(..n.min(self.buffer.len()));
        }
        self.close_member(options);
        Ok(true)
    }

    fn close_member(&mut self, options: &Options) {
        let Some(member) = self.member.take() else {
            return;
        };
        if member.is_skipped {
            return;
        }
        let outcome = match member.error {
            Some(error) => Err(error),
            None => member.content.finish(options),
        };
        match outcome {
            Ok(tables) => self.tables.extend(tables.into_iter().map(|mut table| {
                table.member = if table.member.is_empty() {
                    member.name.clone()
                } else {
                    format!("{}: {}", member.name, table.member)
                };
                table
            })),
            // Told only if no member gives a table: a summary beside the curves is expected.
            Err(error) => {
                let error = error.within(&member.name);
                self.error = Some(ImportError::worthier(self.error.take(), error));
            }
        }
    }

    pub fn finish(mut self, options: &Options) -> Result<Vec<Table>, ImportError> {
        if self.n_members == 0 && !self.is_over {
            return Err(ImportError::BadArchive {
                reason: "it is cut off",
            });
        }
        let is_cut = self.member.is_some();
        self.close_member(options);
        let mut tables = std::mem::take(&mut self.tables);
        if tables.is_empty() {
            return Err(self.error.unwrap_or(ImportError::NoTable));
        }
        name_container(&mut tables, "zip");
        if is_cut {
            if let Some(table) = tables.last_mut() {
                table.intake.findings.whole("archive-cut", "");
            }
        }
        Ok(tables)
    }
}

/// Parts of an Office Open XML package.
pub fn is_workbook_part(name: &str) -> bool {
    name == "[Content_Types].xml"
        || name == "mimetype"
        || ["_rels/", "docProps/", "xl/"]
            .iter()
            .any(|part| name.starts_with(part))
}

/// What a zip archive goes on with.
pub enum Header {
    /// A file, its header `n_header` bytes long.
    Member {
        /// Path in the archive.
        name: String,
        /// Bytes before its contents.
        n_header: usize,
        /// 0 stored, 8 deflated.
        method: u16,
        /// Packed length, 0 where it follows the contents.
        n_packed: u64,
        /// General purpose flags.
        flags: u16,
    },
    /// The directory at the end.
    Directory,
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Reads a local file header; `None` if more bytes are needed.
pub fn local_header(bytes: &[u8]) -> Result<Option<Header>, ImportError> {
    match bytes.get(..4) {
        None => return Ok(None),
        Some(b"PK\x03\x04") => {}
        Some([b'P', b'K', ..]) => return Ok(Some(Header::Directory)),
        Some(_) => {
            return Err(ImportError::BadArchive {
                reason: "no zip member where one is expected",
            })
        }
    }
    let (Some(flags), Some(method), Some(n_packed), Some(n_name), Some(n_extra)) = (
        word(bytes, 6),
        word(bytes, 8),
        long(bytes, 18),
        word(bytes, 26),
        word(bytes, 28),
    ) else {
        return Ok(None);
    };
    let n_header = 30 + usize::from(n_name) + usize::from(n_extra);
    let (Some(name), true) = (
        bytes.get(30..30 + usize::from(n_name)),
        bytes.len() >= n_header,
    ) else {
        return Ok(None);
    };
    let mut n_packed = u64::from(n_packed);
    if n_packed == u64::from(u32::MAX) {
        // zip64: the real length is in the extra field 0x0001, after the unpacked one.
        let extra = bytes.get(30 + usize::from(n_name)..n_header).unwrap_or(&[]);
        if word(extra, 0) == Some(1) {
            if let (Some(low), Some(high)) = (long(extra, 12), long(extra, 16)) {
                n_packed = u64::from(low) | u64::from(high) << 32;
            }
        }
    }
    Ok(Some(Header::Member {
        name: String::from_utf8_lossy(name).into_owned(),
        n_header,
        method,
        n_packed,
        flags,
    }))
}

/// Length of a data descriptor: with or without signature, 32 or 64 bit, told by what follows.
fn descriptor_len(bytes: &[u8]) -> Option<usize> {
    let next = |at: usize| matches!(bytes.get(at..at + 4), Some(b"PK\x03\x04" | b"PK\x01\x02"));
    [16, 24, 12, 20]
        .into_iter()
        .find(|at| next(*at))
        .or_else(|| (bytes.len() >= 28).then_some(16))
}
