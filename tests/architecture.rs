//! Rules of the design that a reader can check by searching the sources, checked by searching them.
//!
//! Test modules are left out: what is looked at is each file up to its first `#[cfg(test)]`.

#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

/// Which files a rule is about.
#[derive(Clone, Copy)]
enum Where {
    /// Everything but `web` and the command line.
    Core,
    /// The core and `web`.
    Library,
    /// Only `web`.
    Web,
}

struct Rule {
    why: &'static str,
    within: Where,
    /// A line that holds one of these breaks the rule …
    banned: &'static [&'static str],
    /// … unless it also holds one of these.
    unless: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        why: "only `web` knows the browser",
        within: Where::Core,
        banned: &["wasm_bindgen", "web_sys", "js_sys", "serde_wasm_bindgen"],
        unless: &[],
    },
    Rule {
        why: "files, clocks, threads, randomness and the environment come in as arguments",
        within: Where::Core,
        banned: &[
            "std::fs",
            "std::time",
            "std::thread",
            "std::env",
            "std::net",
            "std::process",
            "SystemTime",
            "Instant::now",
            "getrandom",
            "OsRng",
            "thread_rng",
            "from_entropy",
        ],
        unless: &[],
    },
    Rule {
        why: "the platform's transcendental functions differ in the last bit: use libm",
        within: Where::Core,
        banned: &[
            ".exp()",
            ".exp2()",
            ".exp_m1()",
            ".ln()",
            ".ln_1p()",
            ".log10()",
            ".log2()",
            ".log(",
            ".powf(",
            ".powi(",
            ".sin()",
            ".cos()",
            ".tan()",
            ".sinh()",
            ".cosh()",
            ".tanh()",
            ".asin()",
            ".acos()",
            ".atan()",
            ".atan2(",
            ".cbrt()",
            ".hypot(",
            "f64::exp",
            "f64::ln",
            "f64::powf",
            "f64::powi",
            "f64::sin",
            "f64::cos",
            "f64::tan",
            "f64::log",
        ],
        unless: &["libm::"],
    },
    Rule {
        why: "a sampled usize differs between 32 and 64 bits: sample u32, u64 or f64",
        within: Where::Core,
        banned: &["gen::<usize>", "Uniform<usize>", "Uniform::<usize>"],
        unless: &[],
    },
    Rule {
        why: "a range to sample from names its type, so that a reader sees it is not usize",
        within: Where::Core,
        banned: &["gen_range("],
        unless: &["u32", "u64", "f64"],
    },
    Rule {
        why: "the order of a hash map is not the same twice: use BTreeMap",
        within: Where::Library,
        banned: &["HashMap", "HashSet"],
        unless: &[],
    },
    Rule {
        why: "nothing panics on input",
        within: Where::Library,
        banned: &[
            ".unwrap()",
            ".expect(\"",
            "panic!(",
            "unreachable!(",
            "todo!(",
            "unimplemented!(",
        ],
        unless: &[],
    },
    Rule {
        why: "`web` is thin: it computes nothing",
        within: Where::Web,
        banned: &["rand::", "libm::", "gen_range"],
        // What the browser draws comes in through here.
        unless: &["rand::rngs::OsRng"],
    },
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The lines that can reach a reader's machine: no comments, no tests.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| {
            let line = line.trim_start();
            !line.starts_with("#[cfg(test)]") && !line.starts_with("#![cfg(test)]")
        })
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line.split(" // ").next().unwrap_or(line)))
}

fn broken(rule: &Rule, line: &str) -> bool {
    rule.banned.iter().any(|word| line.contains(word))
        && !rule.unless.iter().any(|word| line.contains(word))
}

fn concerns(rule: &Rule, path: &str) -> bool {
    let web = path.starts_with("web/");
    let command_line = path.starts_with("bin/");
    match rule.within {
        Where::Core => !web && !command_line,
        Where::Library => !command_line,
        Where::Web => web,
    }
}

#[test]
fn the_sources_keep_the_rules_of_the_design() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let mut findings = Vec::new();
    for file in &files {
        let path = file
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        let text = fs::read_to_string(file).unwrap();
        for rule in RULES.iter().filter(|rule| concerns(rule, &path)) {
            for (number, line) in code(&text).filter(|(_, line)| broken(rule, line)) {
                findings.push(format!(
                    "src/{path}:{number}: {} ({})",
                    line.trim(),
                    rule.why
                ));
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// The search itself can fail: each rule finds a line made to break it, in code and not in tests.
#[test]
fn every_rule_can_be_broken() {
    for rule in RULES {
        for word in rule.banned {
            let text = format!("let x = a{word}b;\n#[cfg(test)]\nmod tests {{ {word} }}\n");
            let found: Vec<usize> = code(&text)
                .filter(|(_, line)| broken(rule, line))
                .map(|(number, _)| number)
                .collect();
            assert_eq!(found, [1], "{word}");
        }
    }
}

#[test]
fn no_source_allows_what_the_package_forbids() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for banned in [
            "allow(dead_code)",
            "allow(missing_docs)",
            "allow(unused",
            "#[ignore",
        ] {
            assert!(!text.contains(banned), "{}: {banned}", file.display());
        }
    }
}
