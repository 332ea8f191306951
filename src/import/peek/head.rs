//! The first rows of a file, whatever is around them.

use super::{is_data, JUDGED_ROWS};
use crate::import::container::{gzip_header_end, is_workbook_part, local_header, Header};
use crate::import::encoding::{self, DecodeGb18030, Transcoder};
use crate::import::error::ImportError;
use crate::import::inflate::Inflater;
use crate::import::manifest;
use crate::import::xlsx::Workbook;

/// Unpacked bytes that are looked at.
const HEAD_BYTES: usize = 1 << 17;

/// Containers inside containers.
const MAX_DEPTH: u32 = 2;

/// The head of a table, before any column is understood.
pub enum Head {
    Lines(&'static str, Vec<String>),
    Sheet(Vec<Vec<String>>),
}

/// Unpacks as far as needed.
pub fn head_of(
    bytes: &[u8],
    gb18030: Option<DecodeGb18030>,
    depth: u32,
) -> Result<(String, Head), ImportError> {
    let is_packed = bytes.starts_with(b"\x1F\x8B\x08") || bytes.starts_with(b"PK\x03\x04");
    if is_packed && depth >= MAX_DEPTH {
        return Err(ImportError::BadArchive {
            reason: "archives inside archives",
        });
    }
    if bytes.starts_with(b"\x1F\x8B\x08") {
        let mut start = 0;
        while !gzip_header_end(bytes.get(..start).unwrap_or(&[]))? {
            start += 1;
            if start > bytes.len() {
                return Err(ImportError::NoTable);
            }
        }
        let inner = unpacked(bytes.get(start..).unwrap_or(&[]))?;
        return head_of(&inner, gb18030, depth + 1);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return head_of_zip(bytes, gb18030, depth);
    }
    let sample = bytes.get(..HEAD_BYTES.min(bytes.len())).unwrap_or(bytes);
    let mut transcoder = Transcoder::detect(sample);
    let utf16 = transcoder.as_ref().map(Transcoder::encoding);
    if utf16.is_none() && sample.contains(&0) {
        return Err(ImportError::Binary {
            kind: "binary file".to_string(),
        });
    }
    let mut text = match &mut transcoder {
        Some(transcoder) => transcoder.push(sample),
        None => sample.to_vec(),
    };
    if !text.contains(&b'\n') {
        text.iter_mut()
            .filter(|byte| **byte == b'\r')
            .for_each(|byte| *byte = b'\n');
    }
    let (encoding, mut lines) = encoding::decode_head(&text, utf16, gb18030)?;
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    Ok((String::new(), Head::Lines(encoding.name(), lines)))
}

/// The member with the most rows of numbers, or the sheet.
fn head_of_zip(
    bytes: &[u8],
    gb18030: Option<DecodeGb18030>,
    depth: u32,
) -> Result<(String, Head), ImportError> {
    let mut best: Option<(usize, String, Head)> = None;
    let mut rest = bytes;
    let mut is_first = true;
    while let Some(Header::Member {
        name,
        n_header,
        method,
        n_packed,
        ..
    }) = local_header(rest)?
    {
        if is_first && is_workbook_part(&name) {
            return head_of_workbook(bytes);
        }
        is_first = false;
        rest = rest.get(n_header..).unwrap_or(&[]);
        let stored = usize::try_from(n_packed)
            .unwrap_or(usize::MAX)
            .min(rest.len());
        let inner = match method {
            0 => rest.get(..stored).unwrap_or(&[]).to_vec(),
            8 => unpacked(rest)?,
            _ => Vec::new(),
        };
        let base = manifest::base(&name);
        let is_hidden = base.is_empty() || base.starts_with('.') || name.starts_with("__MACOSX");
        if !is_hidden && !inner.is_empty() {
            if let Ok((_, head)) = head_of(&inner, gb18030, depth + 1) {
                let n_rows = match &head {
                    Head::Lines(_, lines) => lines.len(),
                    Head::Sheet(rows) => rows.len(),
                };
                if best.as_ref().map_or(0, |(n, ..)| *n) < n_rows {
                    best = Some((n_rows, name, head));
                }
            }
        }
        // Where the length follows the contents, the next member is not found here.
        if n_packed == 0 {
            break;
        }
        rest = rest.get(stored..).unwrap_or(&[]);
    }
    best.map(|(_, name, head)| (name, head))
        .ok_or(ImportError::NoTable)
}

fn head_of_workbook(bytes: &[u8]) -> Result<(String, Head), ImportError> {
    let book = Workbook::open(bytes)?;
    let mut best: Option<(usize, String, Vec<Vec<String>>)> = None;
    for (sheet, name) in book.sheet_names().into_iter().enumerate().take(50) {
        let rows = book.first_rows(sheet, JUDGED_ROWS)?.rows;
        let n_data = rows.iter().filter(|row| is_data(Some(row), b'.')).count();
        if best.as_ref().map_or(0, |(n, _, _)| *n) < n_data {
            best = Some((n_data, name.to_string(), rows));
        }
    }
    best.map(|(_, name, rows)| (name, Head::Sheet(rows)))
        .ok_or(ImportError::NoTable)
}

/// The head of a deflate stream.
fn unpacked(packed: &[u8]) -> Result<Vec<u8>, ImportError> {
    let mut inflater = Inflater::new();
    let mut text = Vec::new();
    // A sheet inside an archive needs its end as well; text does not.
    for piece in packed.chunks(4096) {
        inflater.push(piece, &mut |bytes| {
            text.extend_from_slice(bytes);
            Ok(())
        })?;
        if inflater.is_done() || (text.len() > HEAD_BYTES && !text.starts_with(b"PK")) {
            break;
        }
    }
    Ok(text)
}
