//! The physics voter on cells whose makers nobody knows.

use super::asked::Asked;
use super::tables::capital;
use super::Work;
use crate::process::output;
use anyhow::{bail, Result};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

impl Work {
    /// Families of measured cells by the voter that was trained on simulated ones only.
    pub(super) fn physics(
        &self,
        out: &mut String,
        asked: &mut Asked,
        title: &str,
        cells: &Path,
        manifest: &Path,
    ) -> Result<()> {
        let mut command = self.voltvote();
        command.arg("physics").arg(cells).arg("--json");
        let said: Value = serde_json::from_str(&output(&mut command)?)?;
        let manifest = std::fs::read_to_string(manifest)?;
        let mut lines = manifest.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let column = |name: &str| header.iter().position(|field| *field == name);
        let (Some(cell), Some(cathode), Some(maker)) =
            (column("file"), column("cathode"), column("maker"))
        else {
            bail!("the manifest of the measured cells has no file, maker or cathode");
        };
        let mut counts = std::collections::BTreeMap::<String, [u32; 3]>::new();
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            let of = |i: usize| fields.get(i).copied().unwrap_or_default();
            // Without a manifest cells are named after their files.
            let stem = of(cell).split('.').next().unwrap_or_default();
            let found = said["batteries"].as_array().into_iter().flatten();
            let Some(answer) = found
                .into_iter()
                .find(|a| a["battery"].as_str() == Some(stem))
            else {
                continue;
            };
            let family = match of(cathode) {
                "LFP" => "lfp",
                "NMC" | "NCA" => "nickel-rich",
                "LCO" | "NMC/LCO" => "cobalt-rich",
                "LMO" => "lmo",
                _ => continue,
            };
            let count = counts
                .entry(format!("{} {}", of(maker), of(cathode)))
                .or_default();
            count[0] += 1;
            count[1] += u32::from(answer["family"].as_str() == Some(family));
            count[2] += u32::from(answer["cathode"].as_str() == Some(of(cathode)));
        }
        writeln!(out, "\n{} by the physics voter (experimental, trained on simulated cells only, of no maker):\n\n| maker, cathode | cells | family | cathode |\n|---|---|---|---|", capital(title))?;
        let (mut n, mut family, mut right) = (0, 0, 0);
        for (name, count) in &counts {
            writeln!(
                out,
                "| {name} | {} | {} | {} |",
                count[0], count[1], count[2]
            )?;
            n += count[0];
            family += count[1];
            right += count[2];
        }
        let share = |k: u32| f64::from(k) / f64::from(n.max(1));
        asked.at_least(
            &format!("{title}, every maker unseen: family by the physics voter"),
            0.9,
            share(family),
        );
        asked.line(
            &format!("{title}, every maker unseen: cathode by the physics voter"),
            "as it is",
            format!("{:.3}", share(right)),
            None,
        );
        Ok(())
    }
}
