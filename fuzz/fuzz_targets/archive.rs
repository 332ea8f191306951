//! Any bytes behind the signature of gzip or zip.
#![no_main]

use libfuzzer_sys::fuzz_target;
use voltvote::import::{Importer, Options};

fuzz_target!(|bytes: &[u8]| {
    for magic in [&b"\x1f\x8b\x08"[..], b"PK\x03\x04"] {
        let mut importer = Importer::new("x", Options::default());
        let body = bytes.get(magic.len()..).unwrap_or(&[]);
        if importer.push(magic).and_then(|()| importer.push(body)).is_ok() {
            let _ = importer.finish();
        }
    }
});
