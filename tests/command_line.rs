//! What the command line must not do to files: replace what it has read, or a key.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn voltvote(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_voltvote"))
        .args(words)
        .current_dir(folder)
        .env("VOLTVOTE_PASSPHRASE", "a phrase for trying things out")
        .output()
        .expect("the program runs")
}

fn refused(output: &Output, code: &str) {
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && words.contains(code), "{words}");
}

#[test]
fn no_output_replaces_an_input_or_a_key() {
    let folder = std::env::temp_dir().join(format!("voltvote-files-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let run = |words: &[&str]| voltvote(&folder, words);
    let done = |words: &[&str]| {
        let output = run(words);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words}");
    };
    done(&["simulate", "--cells", "18", "--seed", "1", "--out", "lot"]);
    let measured = fs::read_dir(folder.join("lot"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.extension().is_some_and(|end| end == "csv") && !path.ends_with("manifest.csv")
        })
        .unwrap();
    let before = fs::read(&measured).unwrap();
    let path = measured.to_str().unwrap();
    refused(&run(&["features", path, "--out", path]), "output-is-input");
    assert_eq!(fs::read(&measured).unwrap(), before);

    done(&[
        "features",
        "lot",
        "--manifest",
        "lot/manifest.csv",
        "--out",
        "fleet.csv",
    ]);
    let features = fs::read(folder.join("fleet.csv")).unwrap();
    let experiment = |out: &str| {
        run(&[
            "experiment",
            "trees",
            "--data",
            "fleet.csv",
            "--labels",
            "lot/manifest.csv",
            "--runs",
            "1",
            "--out",
            out,
        ])
    };
    // The table of the report would be fleet.csv.
    refused(&experiment("fleet.json"), "output-is-input");
    refused(&experiment("report.csv"), "out-is-beside");
    refused(&experiment("report.runs"), "out-is-beside");
    assert_eq!(fs::read(folder.join("fleet.csv")).unwrap(), features);

    let key = [
        "identity",
        "new",
        "--name",
        "Lab",
        "--out",
        "lab.identity.json",
    ];
    done(&key);
    let first = fs::read(folder.join("lab.identity.json")).unwrap();
    refused(&run(&key), "file-unwritable");
    assert_eq!(fs::read(folder.join("lab.identity.json")).unwrap(), first);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let about = fs::metadata(folder.join("lab.identity.json")).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
    }
    fs::remove_dir_all(&folder).unwrap();
}
