//! A report on the terminal.

/// Means as a table, one line per setting.
pub fn show(report: &serde_json::Value) {
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    println!(
        "{} ({}), {} runs",
        report["experiment"], report["split"], report["runs"]
    );
    for setting in list(&report["settings"]) {
        println!("{}", setting["setting"].as_str().unwrap_or_default());
        if let Some(values) = setting["values"].as_object() {
            for (column, figures) in values {
                println!(
                    "  {column:<14} {:.4} +- {:.4}",
                    figures["mean"].as_f64().unwrap_or_default(),
                    figures["sd"].as_f64().unwrap_or_default()
                );
            }
        }
    }
}
