//! Deflate, streamed through one window, with a bound on what it may unpack to.

use super::error::ImportError;
use miniz_oxide::inflate::core::{decompress, inflate_flags, DecompressorOxide};
use miniz_oxide::inflate::TINFLStatus;

/// Deflate looks back 32 KiB; the window is a power of two above it.
const WINDOW: usize = 1 << 16;
/// An archive may unpack to this many times its size, and [`FREE_BYTES`] more. Cycler text packs
/// 4 to 30 times; deflate itself reaches 1032.
const MAX_RATIO: u64 = 200;
/// Bytes that any archive may unpack to.
const FREE_BYTES: u64 = 1 << 24;

/// Largest output allowed for `n_packed` bytes.
fn limit(n_packed: u64) -> u64 {
    n_packed
        .saturating_mul(MAX_RATIO)
        .saturating_add(FREE_BYTES)
}

/// One deflate stream.
pub struct Inflater {
    state: Box<DecompressorOxide>,
    window: Vec<u8>,
    at: usize,
    n_in: u64,
    n_out: u64,
    is_done: bool,
}

impl std::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inflater")
            .field("n_out", &self.n_out)
            .finish_non_exhaustive()
    }
}

impl Inflater {
    /// A stream before its first byte.
    pub fn new() -> Self {
        Self {
            state: Box::default(),
            window: vec![0; WINDOW],
            at: 0,
            n_in: 0,
            n_out: 0,
            is_done: false,
        }
    }

    /// Whether the stream has ended.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// Unpacks `input` into `sink`; returns how much of it belonged to the stream.
    ///
    /// # Errors
    /// `BadArchive` for a damaged stream, `TooLarge` beyond [`limit`], or what `sink` returns.
    pub fn push(
        &mut self,
        input: &[u8],
        sink: &mut dyn FnMut(&[u8]) -> Result<(), ImportError>,
    ) -> Result<usize, ImportError> {
        let mut used = 0;
        while !self.is_done {
            let rest = input.get(used..).unwrap_or(&[]);
            let (status, n_in, n_out) = decompress(
                &mut self.state,
                rest,
                &mut self.window,
                self.at,
                inflate_flags::TINFL_FLAG_HAS_MORE_INPUT,
            );
            used += n_in;
            self.n_in += n_in as u64;
            self.n_out += n_out as u64;
            if self.n_out > limit(self.n_in) {
                return Err(ImportError::TooLarge {
                    limit: limit(self.n_in),
                });
            }
            if n_out > 0 {
                sink(self.window.get(self.at..self.at + n_out).unwrap_or(&[]))?;
                self.at = (self.at + n_out) & (WINDOW - 1);
            }
            match status {
                TINFLStatus::Done => self.is_done = true,
                TINFLStatus::HasMoreOutput => {}
                TINFLStatus::NeedsMoreInput => break,
                _ => {
                    return Err(ImportError::BadArchive {
                        reason: "the compressed bytes are damaged",
                    })
                }
            }
        }
        Ok(used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec;

    fn unpack(packed: &[u8], piece: usize) -> Result<Vec<u8>, ImportError> {
        let mut inflater = Inflater::new();
        let mut out = Vec::new();
        for bytes in packed.chunks(piece) {
            inflater.push(bytes, &mut |bytes| {
                out.extend_from_slice(bytes);
                Ok(())
            })?;
        }
        assert!(inflater.is_done());
        Ok(out)
    }

    #[test]
    fn any_piece_size_gives_the_same() {
        let text: Vec<u8> = (0..300_000_u32)
            .flat_map(|n| n.to_string().into_bytes())
            .collect();
        let packed = compress_to_vec(&text, 6);
        for piece in [1, 7, 4096, packed.len()] {
            assert_eq!(unpack(&packed, piece).unwrap(), text);
        }
    }

    #[test]
    fn a_bomb_is_refused() {
        let packed = compress_to_vec(&vec![0; 64 << 20], 6);
        assert!(matches!(
            unpack(&packed, 512),
            Err(ImportError::TooLarge { .. })
        ));
    }
}
