//! What the targets of cycler files do with their bytes: shared with `tests/import_robust.rs`,
//! which replays the kept corpus without a fuzzer.
//!
//! Random bytes seldom are a directory, a deflate stream and XML at once. The first byte therefore
//! chooses how much of the container is built around the rest, so that what lies inside is reached.

// The test that replays the corpus has archives of its own.
#[allow(clippy::duplicate_mod)]
#[path = "../../tests/archives/container.rs"]
mod container;

use container::Member;
use std::sync::OnceLock;
use voltvote::import::{peek, xlsx, Importer, Mapping, Options};

/// A kind of file.
pub type Body = fn(&[u8]);

/// Bodies by the name of their target.
pub const BODIES: [(&str, Body); 3] = [("text", text), ("archive", archive), ("xlsx", workbook)];

/// Columns by number, so that any table fits.
fn mapping() -> &'static Mapping {
    static MAPPING: OnceLock<Mapping> = OnceLock::new();
    MAPPING.get_or_init(|| {
        let file = br##"{"name":"x","columns":[{"heading":"#1","quantity":"time"},{"heading":"#2","quantity":"voltage"},{"heading":"#3","quantity":"current"}]}"##;
        Mapping::parse(file).expect("a mapping")
    })
}

fn import(bytes: &[u8], piece: usize, options: Options) {
    let mut importer = Importer::new("x.csv", options);
    if bytes
        .chunks(piece)
        .try_for_each(|bytes| importer.push(bytes))
        .is_ok()
    {
        let _ = importer.finish();
    }
}

/// Any text, in pieces; one input in four under a mapping, one in eight also at a first look.
fn text(input: &[u8]) {
    let Some((choice, bytes)) = input.split_first() else {
        return;
    };
    let mut options = Options::default();
    if choice & 3 == 3 {
        options.mapping = Some(mapping().clone());
        options.trace = true;
    }
    if choice & 7 == 4 {
        let _ = peek(bytes, None, options.decode_gb18030);
    }
    import(bytes, 1 + usize::from(choice >> 3) * 64, options);
}

/// A gzip member of a deflate stream, or of text; a zip archive, or its members.
fn archive(input: &[u8]) {
    let Some((choice, bytes)) = input.split_first() else {
        return;
    };
    let file = match choice & 7 {
        0 => [b"\x1f\x8b\x08", bytes].concat(),
        1 => [b"\x1f\x8b\x08\0\0\0\0\0\0\x03", bytes].concat(),
        2 => [b"\x1f\x8b\x08\0\0\0\0\0\0\x03", &stored(bytes)[..], &[0; 8]].concat(),
        3 => [b"PK\x03\x04", bytes].concat(),
        4 => zip(&[("a.csv", Packing::AsIs(bytes))]),
        _ => {
            // Members behind each other, the first line of each its name.
            let members: Vec<(&str, Packing)> = bytes
                .split(|byte| *byte == 0)
                .take(8)
                .map(|member| {
                    let at = member
                        .iter()
                        .take(20)
                        .position(|byte| *byte == b'\n')
                        .unwrap_or(0);
                    let (name, text) = member.split_at(at);
                    (
                        std::str::from_utf8(name).unwrap_or("b.csv"),
                        Packing::Stored(text),
                    )
                })
                .collect();
            zip(&members)
        }
    };
    if choice & 0x88 == 0x88 {
        let _ = peek(&file, None, None);
    }
    import(&file, 1 + usize::from(choice >> 3) * 64, Options::default());
}

/// A workbook as it is, or its parts: relations, sheet names, strings and sheets behind each other.
fn workbook(input: &[u8]) {
    let Some((choice, bytes)) = input.split_first() else {
        return;
    };
    const PARTS: [&str; 5] = [
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/worksheets/sheet2.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
    ];
    let file = match choice & 7 {
        0 => bytes.to_vec(),
        _ => {
            let parts: Vec<(&str, Packing)> = PARTS
                .into_iter()
                .zip(bytes.split(|byte| *byte == 0).map(Packing::Stored))
                .collect();
            zip(&parts)
        }
    };
    if choice & 0x88 == 0x88 {
        let _ = peek(&file, None, None);
    }
    if choice & 0x48 == 0x48 {
        if let Ok(book) = xlsx::Workbook::open(&file) {
            for sheet in 0..book.sheet_names().len() {
                let _ = book.rows(sheet);
            }
        }
    }
    import(&file, file.len().max(1), Options::default());
}

/// Contents of a member.
enum Packing<'a> {
    /// Stored.
    Stored(&'a [u8]),
    /// Called deflated, whatever it is.
    AsIs(&'a [u8]),
}

/// One stored block of deflate.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let n = bytes.len().min(0xFFFF) as u16;
    let mut block = vec![1];
    block.extend(n.to_le_bytes());
    block.extend((!n).to_le_bytes());
    block.extend(&bytes[..usize::from(n)]);
    block
}

fn zip(members: &[(&str, Packing)]) -> Vec<u8> {
    let members: Vec<Member> = members
        .iter()
        .map(|(name, packing)| {
            let (method, packed) = match packing {
                Packing::Stored(bytes) => (0, bytes),
                Packing::AsIs(bytes) => (8, bytes),
            };
            Member {
                name,
                method,
                packed,
                unpacked_len: packed.len(),
            }
        })
        .collect();
    container::zip(&members)
}
