//! Files that are no table: told by their first bytes or their extension, and called by their names.

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

/// What a file is that begins so, if it is nothing that can be read.
pub fn by_first_bytes(head: &[u8]) -> Option<&'static str> {
    let known = BINARIES.iter().find(|(magic, _)| head.starts_with(magic));
    let is_tar = head.get(257..262) == Some(b"ustar");
    known
        .map(|(_, kind)| *kind)
        .or_else(|| markup(head))
        .or_else(|| is_tar.then_some("tar archive"))
}

/// What a file is whose bytes are no text.
pub fn by_extension(name: &str) -> &'static str {
    let lower = crate::letters::lowercase(name);
    BINARY_EXTENSIONS
        .iter()
        .find(|(extension, _)| lower.ends_with(extension))
        .map_or("binary file", |(_, kind)| kind)
}

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
