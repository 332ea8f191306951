//! Protected headers. Every parameter is expected or refused; there is no list of algorithms to
//! choose from, because each file kind has exactly one.

use super::envelope::{base64url, from_base64url, shown};
use super::{json, Error};
use serde_json::{Map, Value};

/// No honest header is larger; it holds at most two RSA-4096 public keys.
const MAX_HEADER_BYTES: usize = 8 << 10;

/// A protected header that was checked against its kind.
#[derive(Debug, Clone)]
pub(super) struct Header(Map<String, Value>);

impl Header {
    /// Reads a header that has exactly the parameters of `names`, with this `alg` and `typ`.
    pub(super) fn read(
        encoded: &str,
        typ: &'static str,
        algorithm: &'static str,
        names: &[&'static str],
    ) -> Result<Self, Error> {
        let header = Self::read_any(encoded, typ, names)?;
        if header.text("alg")? != algorithm {
            return Err(Error::Algorithm {
                expected: algorithm,
            });
        }
        Ok(header)
    }

    /// As [`Header::read`], for kinds that accept more than one `alg`; the caller checks it.
    pub(super) fn read_any(
        encoded: &str,
        typ: &'static str,
        names: &[&'static str],
    ) -> Result<Self, Error> {
        // Four characters carry three bytes.
        if encoded.len() / 4 * 3 > MAX_HEADER_BYTES {
            return Err(Error::TooLarge {
                part: "protected header",
                limit: MAX_HEADER_BYTES,
            });
        }
        let bytes = from_base64url(encoded, "protected header")?;
        let map = json::object(&bytes, "protected header")?;
        for (name, error) in [
            ("crit", Error::CriticalHeader),
            ("zip", Error::Compressed),
            ("b64", Error::UnencodedPayload),
        ] {
            if map.contains_key(name) {
                return Err(error);
            }
        }
        let header = Self(map);
        if header.0.get("typ").and_then(Value::as_str) != Some(typ) {
            return Err(Error::Kind { expected: typ });
        }
        if let Some(name) = header.0.keys().find(|name| !names.contains(&name.as_str())) {
            return Err(Error::HeaderParameter { name: shown(name) });
        }
        for name in names {
            header.get(name)?;
        }
        Ok(header)
    }

    /// A parameter.
    pub(super) fn get(&self, name: &str) -> Result<&Value, Error> {
        self.0.get(name).ok_or_else(|| wrong(name))
    }

    /// A string parameter.
    pub(super) fn text(&self, name: &str) -> Result<&str, Error> {
        self.get(name)?.as_str().ok_or_else(|| wrong(name))
    }

    /// A parameter that is a whole number, not negative.
    pub(super) fn whole(&self, name: &str) -> Result<u64, Error> {
        self.get(name)?.as_u64().ok_or_else(|| wrong(name))
    }
}

/// Writes a protected header: sorted names, no white space, base64url.
pub(super) fn write(parameters: Vec<(&str, Value)>) -> String {
    let map: Map<String, Value> = parameters
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect();
    base64url(Value::Object(map).to_string().as_bytes())
}

fn wrong(name: &str) -> Error {
    Error::HeaderParameter { name: name.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_expected_header_passes() {
        let check = |text: &str| {
            Header::read(
                &base64url(text.as_bytes()),
                "t+json",
                "PS256",
                &["alg", "kid", "typ"],
            )
            .err()
        };
        let parameter = |name: &str| Some(Error::HeaderParameter { name: name.into() });
        for (text, expected) in [
            (r#"{"alg":"PS256","kid":"k","typ":"t+json"}"#, None),
            (r#"{"typ":"t+json","kid":"k","alg":"PS256"}"#, None),
            (
                r#"{"alg":"none","kid":"k","typ":"t+json"}"#,
                Some(Error::Algorithm { expected: "PS256" }),
            ),
            (
                r#"{"alg":"PS256","kid":"k","typ":"u+json"}"#,
                Some(Error::Kind { expected: "t+json" }),
            ),
            (r#"{"alg":"PS256","typ":"t+json"}"#, parameter("kid")),
            (
                r#"{"alg":"PS256","kid":"k","typ":"t+json","jku":"x"}"#,
                parameter("jku"),
            ),
            (
                r#"{"alg":"PS256","kid":"k","typ":"t+json","crit":["exp"]}"#,
                Some(Error::CriticalHeader),
            ),
            (
                r#"{"alg":"PS256","kid":"k","typ":"t+json","zip":"DEF"}"#,
                Some(Error::Compressed),
            ),
            (
                r#"{"alg":"PS256","kid":"k","typ":"t+json","b64":false}"#,
                Some(Error::UnencodedPayload),
            ),
            (
                r#"{"alg":"PS256","alg":"PS256","kid":"k","typ":"t+json"}"#,
                Some(Error::Json {
                    part: "protected header",
                }),
            ),
            (
                "[]",
                Some(Error::Json {
                    part: "protected header",
                }),
            ),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
        let huge = format!(r#"{{"typ":"t+json","kid":"{}"}}"#, "x".repeat(9000));
        assert!(matches!(check(&huge), Some(Error::TooLarge { .. })));
    }
}
