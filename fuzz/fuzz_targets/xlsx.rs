//! Any bytes as a workbook, every sheet read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use voltvote::import::xlsx::Workbook;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(book) = Workbook::open(bytes) {
        for sheet in 0..book.sheet_names().len() {
            let _ = book.rows(sheet);
        }
    }
});
