//! Text encodings, decided by what they make of the headings (traps 1 and 2).

use super::dialects;
use super::error::ImportError;
use super::layout;

/// Encodings of cycler exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark; ASCII.
    Utf8,
    /// GB18030 and its subsets GBK and GB2312.
    Gb18030,
    /// windows-1252, which covers latin-1.
    Windows1252,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
}

impl Encoding {
    /// Name in the report, as in the WHATWG encoding standard.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
            Self::Windows1252 => "windows-1252",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }
}

/// Decodes GB18030 strictly: `None` for bytes that are not. The browser's `TextDecoder` or
/// encoding_rs; nothing else needs more than this module.
pub type DecodeGb18030 = fn(&[u8]) -> Option<String>;

/// The decoder that this build brings: none in the pages.
#[cfg(not(target_arch = "wasm32"))]
pub(super) const OWN_GB18030: Option<DecodeGb18030> = Some(native_gb18030);
/// The decoder that this build brings: none in the pages.
#[cfg(target_arch = "wasm32")]
pub(super) const OWN_GB18030: Option<DecodeGb18030> = None;

#[cfg(not(target_arch = "wasm32"))]
/// The native decoder.
pub fn native_gb18030(bytes: &[u8]) -> Option<String> {
    encoding_rs::GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(|text| text.into_owned())
}

/// Code points of windows-1252 0x80-0x9F (WHATWG index).
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Decodes windows-1252; every byte has a meaning.
pub fn windows_1252(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
            byte => char::from(*byte),
        })
        .collect()
}

/// UTF-16 on its way to UTF-8.
#[derive(Debug)]
pub struct Transcoder {
    is_little: bool,
    odd: Option<u8>,
    high: Option<u16>,
}

impl Transcoder {
    /// Recognises UTF-16 by its mark, or by the zero bytes beside ASCII.
    pub fn detect(bytes: &[u8]) -> Option<Self> {
        let new = |is_little| {
            Some(Self {
                is_little,
                odd: None,
                high: None,
            })
        };
        match bytes {
            [0xFF, 0xFE, ..] => return new(true),
            [0xFE, 0xFF, ..] => return new(false),
            _ => {}
        }
        let sample = bytes.get(..bytes.len().min(512)).unwrap_or(bytes);
        let zeros = |odd: usize| {
            sample
                .iter()
                .enumerate()
                .filter(|(at, byte)| at % 2 == odd && **byte == 0)
                .count()
        };
        let half = sample.len() / 2;
        if half >= 8 && zeros(1) * 10 > half * 6 && zeros(0) * 10 < half {
            return new(true);
        }
        if half >= 8 && zeros(0) * 10 > half * 6 && zeros(1) * 10 < half {
            return new(false);
        }
        None
    }

    /// What it decodes.
    pub fn encoding(&self) -> Encoding {
        if self.is_little {
            Encoding::Utf16Le
        } else {
            Encoding::Utf16Be
        }
    }

    /// UTF-8 of the next bytes; unpaired surrogates become U+FFFD, the mark vanishes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut text = String::with_capacity(bytes.len() / 2 + 4);
        for byte in bytes {
            let Some(first) = self.odd.take() else {
                self.odd = Some(*byte);
                continue;
            };
            let unit = if self.is_little {
                u16::from_le_bytes([first, *byte])
            } else {
                u16::from_be_bytes([first, *byte])
            };
            let units: &[u16] = match (self.high.take(), unit) {
                (None, 0xFEFF) => continue,
                (None, 0xD800..=0xDBFF) => {
                    self.high = Some(unit);
                    continue;
                }
                (None, _) => &[unit],
                (Some(high), _) => &[high, unit],
            };
            text.extend(
                char::decode_utf16(units.iter().copied()).map(|sign| sign.unwrap_or('\u{fffd}')),
            );
        }
        text.into_bytes()
    }
}

/// Decides the encoding of the head of a text and splits it into lines.
///
/// # Errors
/// [`ImportError::Encoding`] if no encoding fits.
pub fn decode_head(
    head: &[u8],
    utf16: Option<Encoding>,
    gb18030: Option<DecodeGb18030>,
) -> Result<(Encoding, Vec<String>), ImportError> {
    let bytes = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    // The last line may be cut inside a character.
    let whole = match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(end) if bytes.len() > 4096 => bytes.get(..end).unwrap_or(bytes),
        _ => bytes,
    };
    if let Some(encoding) = utf16 {
        return Ok((encoding, lines_of(&String::from_utf8_lossy(whole))));
    }
    if let Ok(text) = std::str::from_utf8(whole) {
        return Ok((Encoding::Utf8, lines_of(text)));
    }
    // Not UTF-8. Whichever makes more of the headings wins; order would turn `°C` into `癈`.
    let mut candidates = vec![(Encoding::Windows1252, windows_1252(whole))];
    if let Some(text) = gb18030.and_then(|decode| decode(whole)) {
        candidates.push((Encoding::Gb18030, text));
    }
    let scored = candidates
        .into_iter()
        .map(|(encoding, text)| (known_headings(&text), encoding, text))
        // The later of equals would win a max; prefer the first.
        .rev()
        .max_by_key(|(score, _, _)| *score);
    match scored {
        Some((_, encoding, text)) => Ok((encoding, lines_of(&text))),
        None => Err(ImportError::Encoding),
    }
}

fn lines_of(text: &str) -> Vec<String> {
    text.split('\n')
        .map(|line| line.trim_end_matches('\r').to_string())
        .collect()
}

/// Best score that any line of a decoded head reaches as a row of headings, plus signs that speak
/// for or against the decoding.
fn known_headings(text: &str) -> i64 {
    let mut best = 0;
    for line in text.lines().take(80) {
        for delimiter in [b',', b'\t', b';'] {
            if line.as_bytes().contains(&delimiter) {
                let cells = layout::split(line, delimiter, false);
                if !layout::has_words(&cells) {
                    continue;
                }
                let score = dialects::identify(&cells, None, &Default::default())
                    .map_or(0, |found| found.score);
                best = best.max(i64::from(score));
            }
        }
    }
    // Signs that battery headings do use, against control codes and a lone CJK sign in a unit.
    let is_han = |sign: char| ('\u{4e00}'..='\u{9fff}').contains(&sign);
    let signs: Vec<char> = text.chars().take(20_000).collect();
    let degrees = signs
        .windows(2)
        .filter(|pair| pair[0] == '°' && pair[1] == 'C')
        .count() as i64;
    let lone = signs
        .windows(3)
        .filter(|three| is_han(three[1]) && !is_han(three[0]) && !is_han(three[2]))
        .count() as i64;
    let odd = signs
        .iter()
        .filter(|sign| ('\u{80}'..='\u{9f}').contains(*sign))
        .count() as i64;
    // Under ASCII headings the step words still tell.
    let words = ["充电", "放电", "静置", "搁置"];
    let n_words = words.iter().filter(|word| text.contains(*word)).count() as i64;
    100 * (best + n_words) + degrees.min(50) - lone.min(50) - odd.min(50)
}

/// Decodes a cell or a step word.
pub fn decode(bytes: &[u8], encoding: Encoding, gb18030: Option<DecodeGb18030>) -> String {
    match encoding {
        Encoding::Windows1252 => windows_1252(bytes),
        Encoding::Gb18030 => gb18030
            .and_then(|decode| decode(bytes))
            .unwrap_or_else(|| windows_1252(bytes)),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}
