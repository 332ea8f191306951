//! The words of the pages: every language has the same keys with the same parameters, and every
//! key that the pages name has words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn www() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www")
}

/// Single-quoted strings of a script with the character that follows each.
fn strings(script: &str) -> Vec<(String, char)> {
    let mut found = Vec::new();
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => {
                chars.by_ref().find(|&c| c == '\n');
            }
            '\'' => {
                let mut text = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => text.extend(chars.next()),
                        '\'' => break,
                        c => text.push(c),
                    }
                }
                found.push((text, chars.peek().copied().unwrap_or(' ')));
            }
            '"' => {
                chars.by_ref().find(|&c| c == '"');
                found.push((String::new(), ' '));
            }
            _ => {}
        }
    }
    found
}

/// Keys and words of a language; bare keys (`skip: '…'`) are left to the scripts' own check.
fn table(language: &str) -> BTreeMap<String, String> {
    let script = fs::read_to_string(www().join(format!("text/{language}.js"))).unwrap();
    let strings = strings(&script);
    let mut table = BTreeMap::new();
    for pair in strings.windows(2) {
        if pair[0].1 == ':' {
            let before = table.insert(pair[0].0.clone(), pair[1].0.clone());
            assert_eq!(before, None, "{language}: {} stands twice", pair[0].0);
        }
    }
    table
}

fn parameters(words: &str) -> BTreeSet<&str> {
    words
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn languages_have_equal_keys_and_parameters() {
    let (english, chinese) = (table("en"), table("zh-CN"));
    assert!(english.len() > 500, "only {} keys were read", english.len());
    let keys = |table: &BTreeMap<String, String>| table.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&english), keys(&chinese));
    for (key, words) in &english {
        assert_eq!(parameters(words), parameters(&chinese[key]), "{key}");
    }
}

#[test]
fn chinese_is_translated() {
    let (english, chinese) = (table("en"), table("zh-CN"));
    let same = english.iter().filter(|(key, words)| {
        // Names, units and formulas stay; sentences do not.
        words.split(' ').count() > 3 && chinese[*key] == **words
    });
    assert_eq!(
        same.map(|(key, _)| key).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

#[test]
fn every_key_that_the_pages_name_has_words() {
    let english = table("en");
    let script = fs::read_to_string(www().join("text/en.js")).unwrap();
    for page in ["collaborate", "recycle", "verify", "lab"] {
        let html = fs::read_to_string(www().join(format!("{page}.html"))).unwrap();
        for rest in html
            .split("data-t=\"")
            .chain(html.split("data-t-label=\""))
            .skip(1)
        {
            let key = rest.split('"').next().unwrap_or_default();
            let is_bare = script.contains(&format!("{key}: '")) && !key.contains('<');
            let known = english.contains_key(key) || is_bare || key.contains(['<', '\n']);
            assert!(known, "{page}.html names {key}");
        }
    }
    let mut n_calls = 0;
    for entry in fs::read_dir(www().join("ui")).unwrap() {
        let path = entry.unwrap().path();
        let script = fs::read_to_string(&path).unwrap();
        // `t('` is also how `get('` ends.
        let pieces: Vec<&str> = script.split("t('").collect();
        for pair in pieces.windows(2) {
            let [before, rest] = pair else { continue };
            if before.ends_with(|sign: char| sign.is_alphanumeric() || sign == '.') {
                continue;
            }
            let key = rest.split('\'').next().unwrap_or_default();
            if key.contains('.') && !key.contains([' ', '/']) {
                n_calls += 1;
                assert!(english.contains_key(key), "{} names {key}", path.display());
            }
        }
    }
    assert!(n_calls > 200, "only {n_calls} calls were found");
}

/// Every code that the core can give has words: nobody should read a bare code.
#[test]
fn codes_of_the_core_have_words() {
    let english = table("en");
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (folder, prefix) in [
        ("seal", "seal-"),
        ("round", "ballot-"),
        ("ballot", "cast-"),
        ("tally", "tally-"),
        ("value", "value-"),
        ("health", "health-"),
    ] {
        for entry in fs::read_dir(src.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            for rest in text.split("=> \"").skip(1) {
                let code = rest.split('"').next().unwrap_or_default();
                if code.starts_with(prefix) {
                    let key = format!("error.{code}");
                    assert!(english.contains_key(&key), "{}: {key}", path.display());
                }
            }
        }
    }
}
