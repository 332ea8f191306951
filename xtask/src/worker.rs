//! The worker of a page: of the operations in `www/worker.js` those that the page calls.
//!
//! The agreement with the scripts: a page names operations as `call('NAME', …)`, and the table
//! `const OPS = {` … `};` of `www/worker.js` holds one operation per line.

use anyhow::{ensure, Context, Result};
use std::collections::BTreeSet;

const TABLE_STARTS: &str = "\nconst OPS = {\n";
const TABLE_ENDS: &str = "\n};";

/// Operations that a bundled script, not minified, calls.
pub fn operations(script: &str) -> BTreeSet<String> {
    let quoted = script.split("call").skip(1).filter_map(|rest| {
        // The bundler numbers names that occur twice, and quotes with `"`.
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.strip_prefix("(\"")?.split('"').next()
    });
    quoted.map(String::from).collect()
}

/// The text of the worker with only these operations.
///
/// # Errors
/// An operation that the worker lacks, or a table with several lines per operation.
pub fn with_operations(source: &str, wanted: &BTreeSet<String>) -> Result<String> {
    let start = source
        .find(TABLE_STARTS)
        .context("no table of operations")?
        + TABLE_STARTS.len();
    let length = source[start..]
        .find(TABLE_ENDS)
        .context("the table of operations has no end")?;
    let table = &source[start..start + length];
    let mut kept = String::new();
    let mut missing = wanted.clone();
    for line in table.lines() {
        let name = operation(line)
            .with_context(|| format!("one operation per line is agreed, not `{line}`"))?;
        if missing.remove(name) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    ensure!(
        missing.is_empty(),
        "no such operation in the worker: {missing:?}"
    );
    Ok(format!(
        "{}{kept}{}",
        &source[..start],
        &source[start + length + 1..]
    ))
}

/// `  'round.open': …,` or `  read,`: the name of the operation on a line of the table.
fn operation(line: &str) -> Option<&str> {
    let line = line.strip_prefix("  ")?.strip_suffix(',')?;
    if let Some(quoted) = line.strip_prefix('\'') {
        return quoted.split_once("':").map(|(name, _)| name);
    }
    let name = line.split_once(':').map_or(line, |(name, _)| name);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
    is_name.then_some(name)
}

/// What of the core a bundled worker, not minified and without the glue, calls as `core.NAME`.
pub fn calls_of_core(script: &str) -> BTreeSet<String> {
    let after_dot = script.split("core.").skip(1);
    after_dot
        .map(|rest| {
            let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            rest.chars().take_while(is_part).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "const read = () => core.cells();\n\
        const OPS = {\n  read,\n  'box.tally': ({ rule }) => box.tally(rule),\n  rules: () => core.rules(),\n};\n";

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn operations_are_found_where_they_are_called() {
        let script = "call(\"read\", {}); tallies.call(\"box.tally\"); call2(\"rules\"); call(op); recall(x)";
        assert_eq!(operations(script), set(&["read", "box.tally", "rules"]));
    }

    #[test]
    fn a_worker_keeps_what_its_page_calls() -> Result<()> {
        let kept = with_operations(SOURCE, &set(&["read"]))?;
        assert!(kept.ends_with("const OPS = {\n  read,\n};\n"), "{kept}");
        let kept = with_operations(SOURCE, &set(&["rules", "box.tally"]))?;
        assert!(kept.contains("box.tally(rule)") && !kept.contains("  read,"));
        Ok(())
    }

    #[test]
    fn missing_operations_and_unreadable_tables_are_refused() {
        assert!(with_operations(SOURCE, &set(&["seal"])).is_err());
        let long = SOURCE.replace("=> core.rules()", "=>\n    core.rules()");
        assert!(with_operations(&long, &set(&["read"])).is_err());
    }

    #[test]
    fn calls_of_the_core_are_found() {
        let found = calls_of_core("new core.FileReader(a), core.read_manifest(b)");
        assert_eq!(found, set(&["FileReader", "read_manifest"]));
    }
}
