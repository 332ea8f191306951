//! Reports of experiments as tables of the page.

use anyhow::Result;
use serde_json::Value;
use std::fmt::Write;

/// Rules of every table, and those only the attack table has room for.
pub const RULES: [&str; 8] = [
    "il",
    "mv",
    "mv-n",
    "wdv",
    "wdv-reversed",
    "wdv-local",
    "evidence",
    "pooled",
];
pub const MORE_RULES: [&str; 4] = ["coverage", "abstain", "dawid-skene", "gold"];

/// The text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

/// Mean of a column of a setting.
pub fn mean(setting: &Value, column: &str) -> Option<f64> {
    setting["values"][column]["mean"].as_f64()
}

/// Settings of a report by name.
pub fn settings(report: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let list = report["settings"].as_array().into_iter().flatten();
    list.map(|setting| (setting["setting"].as_str().unwrap_or_default(), setting))
}

/// Three decimals, and never a one that is not one.
pub fn number(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| {
        format!("{:.3}", (value * 1e3).floor() / 1e3)
    })
}

/// One line per setting, one column per rule.
pub fn table(
    out: &mut String,
    title: &str,
    report: &Value,
    prefix: &str,
    rules: &[&str],
) -> Result<()> {
    if settings(report).next().is_none() {
        writeln!(out, "\n{title}: not measured in this call.")?;
        return Ok(());
    }
    writeln!(
        out,
        "\n{title}:\n\n| | {} |\n|---{}|",
        rules.join(" | "),
        "|---".repeat(rules.len())
    )?;
    for (name, setting) in settings(report) {
        let cells: Vec<String> = rules
            .iter()
            .map(|rule| number(mean(setting, &format!("{prefix}{rule}"))))
            .collect();
        writeln!(out, "| {name} | {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// The lines of the loss experiment that fit on a page: none and the most lost, and the missing.
pub fn kept(report: &Value) -> Value {
    let wanted = |name: &str| {
        [" 0 %", " 10 %", "missing"]
            .iter()
            .any(|part| name.contains(part))
    };
    let lines = settings(report).filter(|(name, _)| wanted(name));
    let lines: Vec<Value> = lines.map(|(_, setting)| setting.clone()).collect();
    serde_json::json!({"settings": lines})
}

/// Shares flagged and false alarms.
pub fn flags(out: &mut String, report: &Value) -> Result<()> {
    writeln!(out, "\nBatteries of a class that nobody holds, each class in turn:\n\n| | flagged | false alarms | AUROC of evidence | AUROC of familiarity |\n|---|---|---|---|---|")?;
    for (name, setting) in settings(report) {
        let cells = [
            "flagged",
            "false alarms",
            "AUROC evidence",
            "AUROC familiarity",
        ]
        .map(|column| number(mean(setting, column)));
        writeln!(out, "| {name} | {} |", cells.join(" | "))?;
    }
    Ok(())
}

/// Calibration errors, and the reliability of the default.
pub fn calibration(out: &mut String, report: &Value) -> Result<()> {
    writeln!(out, "\nExpected calibration error, ten bins, over the decisions of all runs:\n\n| | {} |\n|---{}|", RULES.join(" | "), "|---".repeat(RULES.len()))?;
    for (name, setting) in settings(report) {
        let cells = RULES.map(|rule| number(setting["pooled"][rule]["calibration_error"].as_f64()));
        writeln!(out, "| {name} | {} |", cells.join(" | "))?;
    }
    if let Some((name, setting)) = settings(report).next() {
        writeln!(out, "\nReliability of the default, {name}:\n\n| stated | decisions | mean stated | right |\n|---|---|---|---|")?;
        let bins = setting["pooled"]["evidence"]["bins"].as_array();
        for (i, bin) in bins.into_iter().flatten().enumerate() {
            if bin["n"].as_f64() > Some(0.0) {
                writeln!(
                    out,
                    "| {}-{} % | {} | {} | {} |",
                    10 * i,
                    10 * (i + 1),
                    bin["n"],
                    number(bin["confidence"].as_f64()),
                    number(bin["right"].as_f64())
                )?;
            }
        }
    }
    Ok(())
}

/// Answers and warnings by maker.
pub fn makers(out: &mut String, title: &str, report: &Value) -> Result<()> {
    for (part, what) in [
        ("leave_one_out", "one maker left out"),
        ("others", "trained on it, measured cells asked"),
    ] {
        writeln!(out, "\n{}, {what}:\n\n| maker | answers | family | cathode | AUROC of familiarity | said |\n|---|---|---|---|---|---|", capital(title))?;
        for (maker, value) in report[part]["makers"].as_object().into_iter().flatten() {
            let said: Vec<String> = value["said"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, n)| format!("{name} {n}"))
                .collect();
            writeln!(
                out,
                "| {maker} | {} | {} | {} | {} | {} |",
                value["n"],
                number(value["family"].as_f64()),
                number(value["cathode"].as_f64()),
                number(value["familiarity_auroc"].as_f64()),
                said.join(", ")
            )?;
        }
    }
    Ok(())
}
