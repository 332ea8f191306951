//! The words of a page: of the tables in `www/text` those that the page can show.
//!
//! The agreement with the scripts: a key stands whole in quotes, or begins with what a template
//! string begins with (`` `rule.${name}` ``) or with the first argument of `words` and a dot.

use crate::process::{self, program};
use anyhow::{ensure, Context, Result};
use std::collections::{BTreeMap, BTreeSet};

/// The languages, as the files in `www/text` are called.
const LANGUAGES: [&str; 2] = ["en", "zh-CN"];

/// Given to the bundler, so that it leaves the tables to us.
pub const LEFT_OUT: &str = "--external:../text/*";

type Table = BTreeMap<String, String>;

/// All words of all languages.
pub struct Texts(Vec<(String, Table)>);

impl Texts {
    /// Reads the tables.
    pub fn read() -> Result<Self> {
        let read = |language: &&str| -> Result<_> {
            let print = format!(
                "import words from './www/text/{language}.js'; console.log(JSON.stringify(words));"
            );
            let json =
                process::output(program("node").args(["--input-type=module", "--eval", &print]))?;
            let table = serde_json::from_str(&json).with_context(|| language.to_string())?;
            Ok((language.to_string(), table))
        };
        Ok(Self(LANGUAGES.iter().map(read).collect::<Result<_>>()?))
    }

    /// Puts into a bundled `script` the words that it and its page name. `readable` is the same
    /// script, not minified.
    ///
    /// # Errors
    /// When the script imports only some of the languages.
    pub fn put_into(&self, script: &str, readable: &str, html: &str) -> Result<String> {
        let wanted = Wanted::of(readable, html);
        let mut script = script.to_owned();
        let mut n_found = 0;
        for (language, table) in &self.0 {
            let path = format!("from\"../text/{language}.js\";");
            let Some(at) = script.find(&path) else {
                continue;
            };
            let start = script[..at].rfind("import ").context("no import")?;
            let name = script[start + "import ".len()..at].trim().to_owned();
            let shown: BTreeMap<_, _> = table.iter().filter(|(key, _)| wanted.has(key)).collect();
            let words = format!("const {name}={};", serde_json::to_string(&shown)?);
            script.replace_range(start..at + path.len(), &words);
            n_found += 1;
        }
        ensure!(
            (n_found == 0 || n_found == self.0.len()) && !script.contains("../text/"),
            "{n_found} languages were found where the script imports them"
        );
        Ok(script)
    }
}

struct Wanted<'a> {
    whole: BTreeSet<&'a str>,
    starts: BTreeSet<String>,
}

impl<'a> Wanted<'a> {
    fn of(script: &'a str, html: &'a str) -> Self {
        let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let mut whole = BTreeSet::new();
        let mut starts = BTreeSet::new();
        for text in [script, html] {
            for (at, quote) in text.match_indices(['"', '\'', '`']) {
                let rest = &text[at + 1..];
                let length = rest.find(|c| !is_key(c)).unwrap_or(rest.len());
                let (word, after) = rest.split_at(length);
                if after.starts_with(quote) {
                    whole.insert(word);
                } else if after.starts_with("${") && !word.is_empty() {
                    starts.insert(word.to_owned());
                }
            }
        }
        for rest in script.split("words(\"").skip(1) {
            starts.extend(rest.split('"').next().map(|prefix| format!("{prefix}.")));
        }
        Self { whole, starts }
    }

    fn has(&self, key: &str) -> bool {
        self.whole.contains(key) || self.starts.iter().any(|start| key.starts_with(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(words: &[(&str, &str)]) -> Table {
        let pairs = words.iter();
        pairs
            .map(|(key, word)| (key.to_string(), word.to_string()))
            .collect()
    }

    #[test]
    fn a_page_gets_the_words_it_names() -> Result<()> {
        let words = table(&[
            ("close", "a"),
            ("error.x", "b"),
            ("rule.mv", "c"),
            ("title", "d"),
            ("unused", "e"),
        ]);
        let texts = Texts(vec![("en".into(), words.clone()), ("zh-CN".into(), words)]);
        let readable = "t(\"close\"); t(`rule.${name}`); words(\"error\", error);";
        let html = "<p data-t=\"title\">unused</p>";
        let script = "import a from\"../text/en.js\";import b from\"../text/zh-CN.js\";run(a,b)";
        let packed = texts.put_into(script, readable, html)?;
        let json = r#"{"close":"a","error.x":"b","rule.mv":"c","title":"d"}"#;
        assert_eq!(packed, format!("const a={json};const b={json};run(a,b)"));
        assert!(texts.put_into(&script[..29], readable, html).is_err());
        assert_eq!(texts.put_into("run()", "", "")?, "run()");
        Ok(())
    }
}
