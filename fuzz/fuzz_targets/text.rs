//! Any bytes as a file, in pieces of a size that the first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use voltvote::import::{Importer, Options};

fuzz_target!(|bytes: &[u8]| {
    let Some((size, bytes)) = bytes.split_first() else { return };
    let mut importer = Importer::new("x.csv", Options::default());
    let pushed = bytes.chunks(1 + usize::from(*size) * 16).try_for_each(|bytes| importer.push(bytes));
    if pushed.is_ok() {
        let _ = importer.finish();
    }
});
