//! What the bytes are: text, gzip, zip, a workbook, or a binary that is refused with the way out.

use super::encoding::{Encoding, Transcoder};
use super::error::ImportError;
use super::inflate::Inflater;
use super::intake::Intake;
use super::layout::Layout;
use super::text::TextReader;
use super::{xlsx, Options};

/// Bytes needed to recognise every kind.
const SNIFF: usize = 512;
/// A workbook is held whole; more than this is no cycler export.
const MAX_WORKBOOK: usize = 512 << 20;
/// Containers inside containers.
const MAX_DEPTH: u32 = 2;
/// Members read from an archive.
const MAX_MEMBERS: usize = 1000;

/// A table that was read to its end.
#[derive(Debug)]
pub struct Table {
    /// Archive member or sheets.
    pub member: String,
    /// Containers around it, the outermost first.
    pub container: String,
    /// Encoding of text.
    pub encoding: &'static str,
    /// Its shape.
    pub layout: Layout,
    /// Its samples.
    pub intake: Intake,
    /// Rows below the headings.
    pub n_rows: u64,
}

/// Binary formats: leading bytes, and what they are.
const BINARIES: &[(&[u8], &str)] = &[
    (b"NEWARE", "Neware .nda file"),
    (b"BIO-LOGIC MODULAR FILE", "BioLogic .mpr file"),
    (b"\x00\x01\x00\x00Standard Jet DB", "Arbin .res database"),
    (b"\x00\x01\x00\x00Standard ACE DB", "Arbin .res database"),
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "old or protected Excel workbook",
    ),
    (b"MATLAB 5.0 MAT-file", "MATLAB file"),
    (b"\x89HDF\r\n\x1a\n", "HDF5 file"),
    (b"PAR1", "Parquet file"),
    (b"SQLite format 3", "SQLite database"),
    (b"%PDF", "PDF document"),
    (b"\x89PNG", "picture"),
    (b"\xFF\xD8\xFF", "picture"),
    (b"7z\xBC\xAF\x27\x1C", "7z archive"),
    (b"Rar!", "rar archive"),
    (b"BZh", "bzip2 archive"),
    (b"\xFD7zXZ", "xz archive"),
    (b"\x28\xB5\x2F\xFD", "zstd archive"),
];

/// Extensions of binaries that have no leading bytes of their own.
const BINARY_EXTENSIONS: &[(&str, &str)] = &[
    (".nda", "Neware .nda file"),
    (".ndax", "Neware .ndax file"),
    (".mpr", "BioLogic .mpr file"),
    (".res", "Arbin .res database"),
    (".mat", "MATLAB file"),
    (".pkl", "Python pickle"),
    (".xls", "old Excel workbook"),
];

/// Text that is no table: what a web service, a web page or an old Excel export begins with.
fn markup(head: &[u8]) -> Option<&'static str> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let mut signs = head.iter().filter(|byte| !byte.is_ascii_whitespace());
    let start: Vec<u8> = signs
        .by_ref()
        .take(14)
        .map(u8::to_ascii_lowercase)
        .collect();
    match start.as_slice() {
        [b'{', b'"', ..] | [b'[', b'{' | b'[', ..] => Some("JSON file"),
        start if start.starts_with(b"<!doctypehtml") || start.starts_with(b"<html") => {
            Some("web page")
        }
        start if start.starts_with(b"<?xml") => Some("XML file"),
        _ => None,
    }
}

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
        if let Some((_, kind)) = BINARIES.iter().find(|(magic, _)| head.starts_with(magic)) {
            return binary(kind);
        }
        if let Some(kind) = markup(&head) {
            return binary(kind);
        }
        if head.get(257..262) == Some(b"ustar") {
            return binary("tar archive");
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
                let lower = crate::letters::lowercase(&self.name);
                let kind = BINARY_EXTENSIONS
                    .iter()
                    .find(|(extension, _)| lower.ends_with(extension))
                    .map_or("binary file", |(_, kind)| kind);
                return binary(kind);
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

/// RFC 1952, members concatenated.
#[derive(Debug)]
struct Gzip {
    inner: Content,
    header: Vec<u8>,
    inflater: Option<Inflater>,
    n_trailer: usize,
    has_member: bool,
}

impl Gzip {
    fn new(name: &str, depth: u32) -> Self {
        let inner = name.strip_suffix(".gz").unwrap_or(name);
        Self {
            inner: Content::new(inner, depth + 1),
            header: Vec::new(),
            inflater: None,
            n_trailer: 0,
            has_member: false,
        }
    }

    fn push(&mut self, mut bytes: &[u8], options: &Options) -> Result<(), ImportError> {
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

    fn finish(self, options: &Options) -> Result<Vec<Table>, ImportError> {
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
pub(super) fn gzip_header_end(header: &[u8]) -> Result<bool, ImportError> {
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

/// A zip archive read from its start: members one after the other, nothing held back.
#[derive(Debug)]
struct Zip {
    depth: u32,
    /// Everything seen so far, until it is known whether this is a workbook.
    seen: Vec<u8>,
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
    fn new(depth: u32) -> Self {
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
    fn push(&mut self, bytes: &[u8], options: &Options) -> Result<bool, ImportError> {
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
            let base = super::manifest::base(&name);
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

    fn finish(mut self, options: &Options) -> Result<Vec<Table>, ImportError> {
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
pub(super) fn is_workbook_part(name: &str) -> bool {
    name == "[Content_Types].xml"
        || name == "mimetype"
        || ["_rels/", "docProps/", "xl/"]
            .iter()
            .any(|part| name.starts_with(part))
}

/// What a zip archive goes on with.
pub(super) enum Header {
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
pub(super) fn local_header(bytes: &[u8]) -> Result<Option<Header>, ImportError> {
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

/// Encoding name of tables that were never text.
pub fn sheet_encoding() -> &'static str {
    Encoding::Utf8.name()
}
