//! One page of `www/` with its scripts, styles and engine put inline, under its policy.

use crate::policy::policy;
use anyhow::{bail, ensure, Context, Result};
use base64ct::{Base64, Encoding};

/// What pages with an engine carry.
pub struct Parts {
    /// Text of the worker, one classic script.
    pub worker: String,
    /// The wasm, compressed.
    pub engine: Vec<u8>,
}

/// Where the engine lies in a page; scripts that name it need one.
pub const ENGINE_BLOCK: &str = "packed-engine";

const CHARSET: &str = "<meta charset=\"utf-8\">";

/// The page `name` with the parts that all pages share, each in the place of a line
/// `<!-- frame/PART.html -->`, and marked where the frame links to the page itself.
///
/// # Errors
/// When a part cannot be read.
pub fn framed(
    name: &str,
    html: &str,
    mut read: impl FnMut(&str) -> Result<String>,
) -> Result<String> {
    let mut page = String::new();
    for line in html.lines() {
        let part = line.trim().strip_prefix("<!-- frame/");
        match part.and_then(|part| part.strip_suffix(" -->")) {
            Some(part) => page += &read(&format!("frame/{part}"))?,
            None => page += &format!("{line}\n"),
        }
    }
    let link = format!("<a href=\"{name}.html\"");
    Ok(page.replacen(&link, &format!("{link} aria-current=\"page\""), 1))
}

/// Puts everything inline. `bundle` gives the text of a script or style named in the page.
///
/// # Errors
/// When the page breaks the agreement at the head of `pack.rs`, or a bundle cannot be made.
pub fn assemble(
    html: &str,
    parts: Option<&Parts>,
    mut bundle: impl FnMut(&str) -> Result<String>,
) -> Result<String> {
    let mut page = html.to_owned();
    let (mut scripts, mut styles) = (Vec::new(), Vec::new());
    if let Some((tag, href)) = tag(&page, "<link rel=\"stylesheet\"", ">", "href")? {
        let text = closed(bundle(&href)?, "</style")?;
        page = page.replacen(&tag, &format!("<style>{text}</style>"), 1);
        styles.push(text);
    }
    let mut with_engine = false;
    if let Some((tag, src)) = tag(&page, "<script type=\"module\"", "</script>", "src")? {
        let text = closed(bundle(&src)?, "</script")?;
        with_engine = text.contains(ENGINE_BLOCK);
        let blocks = match (with_engine, parts) {
            (true, Some(parts)) => data_blocks(parts)?,
            (true, None) => bail!("no engine was made for this page"),
            (false, _) => String::new(),
        };
        page = page.replacen(
            &tag,
            &format!("{blocks}<script type=\"module\">{text}</script>"),
            1,
        );
        scripts.push(text);
    }
    ensure!(
        page.matches(CHARSET).count() == 1,
        "{CHARSET} must stand once, first in the head"
    );
    let policy = policy(&scripts, &styles, with_engine);
    let head =
        format!("{CHARSET}<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    let page = page.replacen(CHARSET, &head, 1);
    let markup = scripts
        .iter()
        .chain(&styles)
        .fold(page.clone(), |rest, text| rest.replace(text, ""));
    self_contained(&markup)?;
    Ok(page)
}

/// The script that a page names, if any.
///
/// # Errors
/// When its element is broken off.
pub fn script(html: &str) -> Result<Option<String>> {
    let found = tag(html, "<script type=\"module\"", "</script>", "src")?;
    Ok(found.map(|(_, src)| src))
}

/// The first element that begins with `start`, to `end`, and the value of its `attribute`.
fn tag(page: &str, start: &str, end: &str, attribute: &str) -> Result<Option<(String, String)>> {
    let Some(at) = page.find(start) else {
        return Ok(None);
    };
    let rest = &page[at..];
    let length = rest
        .find(end)
        .with_context(|| format!("`{start}` has no `{end}`"))?
        + end.len();
    let tag = &rest[..length];
    let value = tag
        .split_once(&format!("{attribute}=\""))
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(value, _)| value.to_owned())
        .with_context(|| format!("`{tag}` has no {attribute}"))?;
    Ok(Some((tag.to_owned(), value)))
}

/// Inline text must not end its own element, nor open a comment that would swallow the end.
fn closed(text: String, end: &str) -> Result<String> {
    let text = text.trim_end().to_owned();
    let lower = text.to_ascii_lowercase();
    ensure!(!lower.contains(end), "the bundled text contains `{end}`");
    ensure!(!lower.contains("<!--"), "the bundled text contains `<!--`");
    Ok(text)
}

fn data_blocks(parts: &Parts) -> Result<String> {
    let worker = closed(parts.worker.clone(), "</script")?;
    let engine = Base64::encode_string(&parts.engine);
    Ok(format!(
        "<script type=\"application/octet-stream\" id=\"{ENGINE_BLOCK}\">{engine}</script>\n\
         <script type=\"text/plain\" id=\"packed-worker\">{worker}</script>\n"
    ))
}

/// Refuses markup that would need a request or that the policy would silently block.
fn self_contained(markup: &str) -> Result<()> {
    for (start, why) in [
        (" src=\"", "a source outside the page"),
        ("<link rel=\"stylesheet\"", "a second stylesheet"),
        (" style=\"", "an inline style, which the policy blocks"),
        (" onclick=\"", "an inline handler, which the policy blocks"),
        ("<form action", "a form that is sent"),
        ("<iframe", "a frame"),
        ("<base", "a base address"),
    ] {
        for (at, _) in markup.match_indices(start) {
            if !markup[at + start.len()..].starts_with("data:") {
                let end = (at + 80).min(markup.len());
                let shown = markup.get(at..end).unwrap_or(start);
                bail!("{why}: `{shown}`");
            }
        }
    }
    ensure!(
        markup.contains("<link rel=\"icon\" href=\"data:"),
        "no `<link rel=\"icon\" href=\"data:…\">`: browsers would ask the server for one"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_takes_its_place_and_knows_the_page() -> Result<()> {
        let html = "<body>\n  <!-- frame/top.html -->\n<!-- a note -->\n</body>\n";
        let top = "<a href=\"lab.html\">Lab</a>\n<a href=\"verify.html\">Check</a>\n";
        let page = framed("verify", html, |part| match part {
            "frame/top.html" => Ok(top.to_owned()),
            other => bail!("no {other}"),
        })?;
        let marked = top.replace("verify.html\"", "verify.html\" aria-current=\"page\"");
        assert_eq!(page, format!("<body>\n{marked}<!-- a note -->\n</body>\n"));
        assert!(framed("lab", "<!-- frame/none.html -->", |_| bail!("none")).is_err());
        Ok(())
    }

    const SOURCE: &str = "<!doctype html><html><head><meta charset=\"utf-8\">\
        <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"a.css\"></head>\
        <body><script type=\"module\" src=\"a.js\"></script></body></html>";

    fn assembled(source: &str, script: &str) -> Result<String> {
        let parts = Parts {
            worker: "onmessage=0".into(),
            engine: b"engine".to_vec(),
        };
        assemble(source, Some(&parts), |file| {
            Ok(if file.ends_with("css") {
                "p{}".into()
            } else {
                script.into()
            })
        })
    }

    #[test]
    fn scripts_and_styles_end_up_inline_under_a_policy() -> Result<()> {
        let page = assembled(SOURCE, "run()\n")?;
        assert!(page.contains("<style>p{}</style>"));
        assert!(page.contains("<script type=\"module\">run()</script>"));
        assert!(page.contains("connect-src 'none'"));
        assert!(!page.contains("packed-engine"));
        Ok(())
    }

    #[test]
    fn a_page_that_asks_for_the_engine_carries_it() -> Result<()> {
        let page = assembled(SOURCE, "get('packed-engine')")?;
        assert!(page.contains("id=\"packed-engine\">ZW5naW5l</script>"));
        assert!(page.contains("id=\"packed-worker\">onmessage=0</script>"));
        Ok(())
    }

    #[test]
    fn pages_that_break_the_agreement_are_refused() {
        let with = |markup: &str| SOURCE.replace("<body>", &format!("<body>{markup}"));
        for (source, script) in [
            (SOURCE.to_owned(), "'</script>'"),
            (SOURCE.to_owned(), "'<!--'"),
            (with("<img src=\"https://example.org/a.png\">"), "run()"),
            (with("<p style=\"color:red\">"), "run()"),
            (
                SOURCE.replace("<link rel=\"icon\" href=\"data:,\">", ""),
                "run()",
            ),
            (SOURCE.replace("<meta charset=\"utf-8\">", ""), "run()"),
        ] {
            assert!(assembled(&source, script).is_err(), "{source} {script}");
        }
    }
}
