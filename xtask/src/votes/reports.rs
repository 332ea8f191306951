//! What is measured: the data that experiments run on, and their reports.

use super::{Data, Work, FLEET_SEED, SEED};
use crate::process::{self, output, program};
use anyhow::Result;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const PULSES: [&str; 4] = [
    "NMC_2.1Ah_W_5000.xlsx",
    "LMO_10Ah_W_5000.xlsx",
    "NMC_21Ah_W_5000.xlsx",
    "LFP_35Ah_W_5000.xlsx",
];

impl Work {
    pub(super) fn voltvote(&self) -> Command {
        program(&self.voltvote)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Feature tables of everything that is measured on.
    pub(super) fn prepare(&self) -> Result<[Data; 3]> {
        let (pulses, pulse_labels) = (self.path("pulses.csv"), self.path("pulse-labels.csv"));
        let mut command = self.voltvote();
        command.args(["health", "features"]);
        for file in PULSES {
            command.arg(self.data.join("pulsebat").join(file));
        }
        command.args(["--by", "battery", "--out"]).arg(&pulses);
        command.arg("--labels-out").arg(&pulse_labels);
        process::run(&mut command)?;

        let dev = self.data.join("fleet-dev");
        let dev_features = self.features(&dev, "fleet-dev.csv")?;
        let own = self.path("own");
        let simulate = ["simulate", "--cells", "130", "--seed", FLEET_SEED, "--out"];
        process::run(self.voltvote().args(simulate).arg(&own))?;
        let own_features = self.features(&own, "own.csv")?;
        Ok([
            Data {
                name: "pulses",
                title: "PulseBat, four types, second half of the batteries",
                features: pulses,
                labels: pulse_labels,
                half: Some("second"),
            },
            Data {
                name: "fleet-dev",
                title: "fleet-dev, nine classes, another simulator's",
                labels: dev.join("manifest.csv"),
                features: dev_features,
                half: None,
            },
            Data {
                name: "own",
                title: "our own simulated fleet, nine classes, seed 4",
                labels: own.join("manifest.csv"),
                features: own_features,
                half: None,
            },
        ])
    }

    fn features(&self, folder: &Path, name: &str) -> Result<PathBuf> {
        let out = self.path(name);
        if !(self.keeps && out.is_file()) {
            let mut command = self.voltvote();
            command.arg("features").arg(folder).arg("--manifest");
            command.arg(folder.join("manifest.csv"));
            process::run(command.arg("--out").arg(&out))?;
        }
        Ok(out)
    }

    /// The report of an experiment.
    pub(super) fn experiment(&self, name: &str, data: &Data, more: &[&str]) -> Result<Value> {
        let out = self.path(&format!("{name}-{}-{}.json", data.name, self.runs));
        if self.is_kept_only && !out.is_file() {
            return Ok(Value::Null);
        }
        if !(self.keeps && out.is_file()) {
            let mut command = self.voltvote();
            command.args(["experiment", name, "--runs", &self.runs, "--seed", SEED]);
            command.arg("--data").arg(&data.features);
            command.arg("--labels").arg(&data.labels);
            if let Some(half) = data.half {
                command.args(["--half", half]);
            }
            output(command.args(more).arg("--out").arg(&out))?;
        }
        Ok(serde_json::from_slice(&std::fs::read(out)?)?)
    }
}
