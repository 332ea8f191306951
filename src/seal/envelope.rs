//! The outer form of every sealed file: a flat JSON object of base64url strings, in the flattened
//! serialisations of RFC 7515 and RFC 7516.
//!
//! White space, escapes and repeated names are refused, so that two different files never mean the
//! same and a fingerprint of the bytes names the contents. Members may come in any order: JOSE
//! libraries differ in theirs.

use super::Error;
use base64ct::{Base64UrlUnpadded, Encoding};

/// No file is larger; a round with 20,000 batteries stays below.
pub(super) const MAX_FILE_BYTES: usize = 32 << 20;

/// Unpadded base64url.
pub(super) fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Bytes of unpadded base64url in its only spelling: no padding, unused bits zero.
pub(super) fn from_base64url(text: &str, part: &'static str) -> Result<Vec<u8>, Error> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| Error::Base64 { part })
}

/// Writes members in the given order.
pub(super) fn write(members: &[(&str, &str)]) -> Vec<u8> {
    let length = members
        .iter()
        .map(|(name, text)| name.len() + text.len() + 6);
    let mut file = Vec::with_capacity(length.sum::<usize>() + 2);
    for (i, (name, text)) in members.iter().enumerate() {
        file.push(if i == 0 { b'{' } else { b',' });
        for (text, after) in [(name, b':'), (text, 0)] {
            file.push(b'"');
            file.extend_from_slice(text.as_bytes());
            file.push(b'"');
            if after != 0 {
                file.push(after);
            }
        }
    }
    file.push(b'}');
    file
}

/// Reads exactly the members named; the result is in the order of `names`.
pub(super) fn read<'a, const N: usize>(
    file: &'a [u8],
    names: [&'static str; N],
) -> Result<[&'a str; N], Error> {
    if file.len() > MAX_FILE_BYTES {
        return Err(Error::TooLarge {
            part: "file",
            limit: MAX_FILE_BYTES,
        });
    }
    let mut found: [Option<&str>; N] = [None; N];
    let mut cursor = Cursor { file, at: 0 };
    cursor.expect(b'{')?;
    loop {
        let name = cursor.string()?;
        cursor.expect(b':')?;
        let Some(slot) = names.iter().position(|known| *known == name) else {
            return Err(Error::UnknownMember { name: shown(name) });
        };
        let text = cursor.string()?;
        if found[slot].replace(text).is_some() {
            return Err(Error::DuplicateMember { name: shown(name) });
        }
        match cursor.next()? {
            b',' => {}
            b'}' => break,
            _ => return Err(cursor.surprise()),
        }
    }
    if cursor.at != file.len() {
        return Err(Error::NotAnEnvelope { at: cursor.at });
    }
    let mut texts = [""; N];
    for ((slot, text), name) in texts.iter_mut().zip(found).zip(names) {
        *slot = text.ok_or(Error::MissingMember { name })?;
    }
    Ok(texts)
}

/// A name from outside, cut to what a message can carry.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(32).collect()
}

struct Cursor<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn next(&mut self) -> Result<u8, Error> {
        let byte = self.file.get(self.at).copied();
        self.at += 1;
        byte.ok_or(self.surprise())
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Error> {
        if self.next()? == wanted {
            Ok(())
        } else {
            Err(self.surprise())
        }
    }

    /// A string of the base64url alphabet, which every member name is spelled in as well.
    fn string(&mut self) -> Result<&'a str, Error> {
        self.expect(b'"')?;
        let start = self.at;
        while self.next()? != b'"' {
            let byte = self.file[self.at - 1];
            if !(byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
                return Err(self.surprise());
            }
        }
        std::str::from_utf8(&self.file[start..self.at - 1]).map_err(|_| self.surprise())
    }

    fn surprise(&self) -> Error {
        Error::NotAnEnvelope {
            at: self.at.saturating_sub(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_in_any_order_and_in_one_spelling() {
        let names = ["protected", "tag"];
        let file = write(&[("tag", "AA"), ("protected", "e30")]);
        assert_eq!(file, br#"{"tag":"AA","protected":"e30"}"#);
        assert_eq!(read(&file, names), Ok(["e30", "AA"]));
        let at = |at| Err(Error::NotAnEnvelope { at });
        for (text, expected) in [
            ("", at(0)),
            ("[]", at(0)),
            ("{}", at(1)),
            (r#"{ "tag":"AA"}"#, at(1)),
            (r#"{"tag":"AA""#, at(11)),
            (r#"{"tag":"A\u0041"}"#, at(9)),
            (r#"{"tag":"AA","protected":"e30"} "#, at(30)),
            (r#"{"tag":"AA","protected":"e30"}{"#, at(30)),
            (r#"{"tag":"AA","protected":{}}"#, at(24)),
            (
                r#"{"tag":"AA"}"#,
                Err(Error::MissingMember { name: "protected" }),
            ),
            (
                r#"{"tag":"AA","tag":"AA"}"#,
                Err(Error::DuplicateMember { name: "tag".into() }),
            ),
            (
                r#"{"header":{},"tag":"AA"}"#,
                Err(Error::UnknownMember {
                    name: "header".into(),
                }),
            ),
        ] {
            assert_eq!(read(text.as_bytes(), names), expected, "{text}");
        }
    }

    #[test]
    fn base64url_has_one_spelling() {
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
        for (text, accepted) in [
            ("-_8", true),
            ("", true),
            ("-_9", false), // unused bits set
            ("-_8=", false),
            ("+/8", false),
            ("-_8\n", false),
            ("A", false),
        ] {
            assert_eq!(from_base64url(text, "test").is_ok(), accepted, "{text}");
        }
    }
}
