//! `cargo xtask serve`: the packed pages on `http://localhost:8080`, for this machine only.

use crate::pack;
use anyhow::{bail, Context, Result};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// `serve [--port N]`.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut port = 8080;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--port" => {
                port = rest
                    .next()
                    .context("--port needs a number")?
                    .parse()
                    .context("--port")?;
            }
            other => bail!("serve does not know `{other}`"),
        }
    }
    let dist = pack::pack()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("port {port} (another one: --port N)"))?;
    let address = format!("http://localhost:{port}/");
    println!("\nserving dist/ on {address} (stop with Ctrl-C)");
    open(&address);
    for stream in listener.incoming().flatten() {
        // A page is one request; a slow or silent visitor must not hold up the next.
        let dist = dist.clone();
        std::thread::spawn(move || {
            if let Err(error) = answer(stream, &dist) {
                eprintln!("xtask: {error:#}");
            }
        });
    }
    Ok(())
}

/// Asks the desktop to show the page; without a desktop the printed address has to do.
fn open(address: &str) {
    let desktop = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if desktop || cfg!(target_os = "macos") {
        let name = if cfg!(target_os = "macos") {
            "open"
        } else {
            "xdg-open"
        };
        let quiet = || Stdio::null();
        let _ = Command::new(name)
            .arg(address)
            .stdout(quiet())
            .stderr(quiet())
            .spawn();
    }
}

fn answer(mut stream: TcpStream, dist: &Path) -> Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let (status, body) = match page(&request).and_then(|name| std::fs::read(dist.join(name)).ok()) {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", b"not found".to_vec()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    Ok(())
}

/// The file a request line asks for: a plain name in `dist/`, never a path.
fn page(request: &str) -> Option<String> {
    let path = request.strip_prefix("GET /")?.split([' ', '?']).next()?;
    match path {
        "" => Some("index.html".into()),
        name if name.ends_with(".html")
            && !name.contains(['/', '\\'])
            && !name.starts_with('.') =>
        {
            Some(name.into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn only_pages_of_the_folder_are_served() {
        for (request, file) in [
            ("GET / HTTP/1.1\r\n", Some("index.html")),
            ("GET /recycle.html?a=b HTTP/1.1\r\n", Some("recycle.html")),
            ("GET /../Cargo.toml HTTP/1.1\r\n", None),
            ("GET /..%2fsecret.html/../x.html HTTP/1.1\r\n", None),
            ("GET /.hidden.html HTTP/1.1\r\n", None),
            ("POST /recycle.html HTTP/1.1\r\n", None),
            ("", None),
        ] {
            assert_eq!(page(request).as_deref(), file, "{request}");
        }
    }
}
