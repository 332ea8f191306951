//! Every command of the README works as written.

#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The lines of the README's `sh` blocks.
fn commands() -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(readme).unwrap();
    let blocks = text
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

#[test]
fn the_command_line_example_runs_to_a_result() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("readme");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    // The build is what runs this test; the program under test comes first on the path.
    let script: Vec<String> = commands()
        .into_iter()
        .filter(|line| !line.starts_with("cargo ") && !line.starts_with("export PATH"))
        .collect();
    assert!(
        script
            .iter()
            .filter(|line| line.trim_start().starts_with("voltvote "))
            .count()
            >= 8
    );
    let program = Path::new(env!("CARGO_BIN_EXE_voltvote")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        std::iter::once(program.to_path_buf()).chain(std::env::split_paths(&path)),
    );
    let output = Command::new("sh")
        .args(["-e", "-c", &script.join("\n")])
        .current_dir(&folder)
        .env("PATH", path.unwrap())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{errors}");
    let result = fs::read_to_string(folder.join("target/example/result.csv")).unwrap();
    assert_eq!(
        result.lines().count(),
        1 + 18,
        "a heading and one line per battery:\n{result}"
    );
}

/// `cargo xtask` explains every command the README names.
#[test]
fn the_build_commands_exist() {
    let main = Path::new(env!("CARGO_MANIFEST_DIR")).join("xtask/src/main.rs");
    let usage = fs::read_to_string(main).unwrap();
    let named = commands().into_iter().filter_map(|line| {
        let rest = line.strip_prefix("cargo xtask ")?;
        Some(rest.split(' ').next()?.to_owned())
    });
    let named: Vec<String> = named.collect();
    assert!(
        named.contains(&"serve".to_owned()) && named.contains(&"test".to_owned()),
        "{named:?}"
    );
    for command in named {
        assert!(usage.contains(&format!("\"{command}\" =>")), "{command}");
    }
}
