//! A bound on memory, checked on every input: an importer may hold at most [`FREE_BYTES`] and
//! [`RATIO`] times the length of what it was given.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes that any input may need.
const FREE_BYTES: usize = 64 << 20;
/// Further bytes per byte of input.
const RATIO: usize = 256;

struct Counting;

// One thread fuzzes.
static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn add(n: usize) {
    let now = NOW.load(Relaxed).wrapping_add(n);
    NOW.store(now, Relaxed);
    // Below zero: freed here, taken before counting began.
    if now < isize::MAX as usize && now > PEAK.load(Relaxed) {
        PEAK.store(now, Relaxed);
    }
}

fn take_off(n: usize) {
    NOW.store(NOW.load(Relaxed).wrapping_sub(n), Relaxed);
}

// SAFETY: every call goes to the system's allocator; only sizes are noted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        take_off(layout.size());
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // As if both were there while it moves.
        add(size);
        take_off(layout.size());
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs a body and panics if it held too much at a time.
pub fn bounded(body: fn(&[u8]), input: &[u8]) {
    NOW.store(0, Relaxed);
    PEAK.store(0, Relaxed);
    body(input);
    let allowed = FREE_BYTES + RATIO * input.len();
    let peak = PEAK.load(Relaxed);
    assert!(
        peak <= allowed,
        "{peak} bytes for an input of {}",
        input.len()
    );
}
