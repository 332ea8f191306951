//! `cargo xtask serve | test | pack | bench`: the only build scripts of the project.

fn main() {
    eprintln!("usage: cargo xtask serve | test | pack | bench");
    std::process::exit(2);
}
