//! The content security policy of a packed page: nothing but the very scripts and styles that
//! were packed may run, and nothing may be fetched or sent.
//!
//! A `<meta>` policy does not cover a worker loaded from a URL, but a blob worker inherits it.

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

/// `'sha256-…'` of an inline script or style, as the policy names it.
fn source(text: &str) -> String {
    format!(
        "'sha256-{}'",
        Base64::encode_string(&Sha256::digest(text.as_bytes()))
    )
}

fn sources(texts: &[String]) -> String {
    if texts.is_empty() {
        return "'none'".into();
    }
    texts
        .iter()
        .map(|text| source(text))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The policy of a page with these inline scripts and styles; `with_engine` allows the blob
/// worker and the compilation of the engine.
pub fn policy(scripts: &[String], styles: &[String], with_engine: bool) -> String {
    let (wasm, worker) = if with_engine {
        (" 'wasm-unsafe-eval'", "blob:")
    } else {
        ("", "'none'")
    };
    format!(
        "default-src 'none'; script-src {}{wasm}; style-src {}; img-src data: blob:; \
         connect-src 'none'; worker-src {worker}; form-action 'none'; base-uri 'none'",
        sources(scripts),
        sources(styles)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hash of `alert(1)` taken with `openssl dgst -sha256 -binary | base64`.
    #[test]
    fn a_script_is_allowed_by_its_hash_alone() {
        let text = policy(&["alert(1)".into()], &[], false);
        assert!(text.contains("script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';"));
        assert!(text.contains("style-src 'none';"));
        assert!(!text.contains("unsafe"));
    }

    #[test]
    fn only_a_page_with_an_engine_may_start_a_blob_worker() {
        assert!(policy(&[], &[], true).contains("worker-src blob:;"));
        assert!(policy(&[], &[], true).contains("'wasm-unsafe-eval'"));
        assert!(policy(&[], &[], false).contains("worker-src 'none';"));
    }
}
