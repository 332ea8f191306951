//! A module byte by byte, each with the kind of thing that it is part of.
//!
//! The instructions are those of the WebAssembly specification 2.0, section 5.4, without vectors.
//! Sizes of functions and of their section are left out, since their ends show.

use anyhow::{bail, ensure, Context, Result};

/// What a byte is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Everything but function bodies; the size of the code section is replaced by the number of
    /// its functions.
    Frame,
    /// Declarations of locals, and operation codes.
    Operation,
    /// Locals, as their place in the list of those last used.
    Local,
    /// Constants of 32 bits.
    Constant,
    /// Offsets of loads and stores.
    Offset,
    /// Called functions, and types of indirect calls.
    Call,
    /// Labels and types of blocks.
    Label,
    /// Alignments of loads and stores.
    Alignment,
    /// Everything else: other constants, globals, memories.
    Rest,
}

/// How many kinds there are.
pub const N_KINDS: usize = 9;
const CODE_SECTION: u8 = 10;

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .context("the wasm is cut short")?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    /// The bytes of a LEB128 number.
    fn number(&mut self) -> Result<&'a [u8]> {
        let last = self.rest.iter().position(|byte| *byte < 0x80);
        self.take(last.context("the wasm is cut short")? + 1)
    }

    fn value(&mut self) -> Result<usize> {
        Ok(value_of(self.number()?))
    }
}

fn value_of(number: &[u8]) -> usize {
    let parts = number.iter().enumerate();
    parts.fold(0, |sum, (i, byte)| {
        sum | usize::from(byte & 0x7f) << (7 * i)
    })
}

/// Who is told the bytes.
type Tell<'a> = dyn FnMut(Kind, u8) + 'a;

fn tell_all(tell: &mut Tell<'_>, kind: Kind, bytes: &[u8]) {
    bytes.iter().for_each(|byte| tell(kind, *byte));
}

/// A value as LEB128.
fn tell_value(tell: &mut Tell<'_>, kind: Kind, mut value: usize) {
    while value > 0x7f {
        tell(kind, (value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    tell(kind, value as u8);
}

/// Tells every byte of a module in order.
///
/// # Errors
/// When the module is none, or has instructions that are not known here.
pub fn walk(wasm: &[u8], tell: &mut Tell<'_>) -> Result<()> {
    let mut reader = Reader { rest: wasm };
    tell_all(tell, Kind::Frame, reader.take(8)?);
    while !reader.rest.is_empty() {
        let id = reader.byte()?;
        tell(Kind::Frame, id);
        let size = reader.number()?;
        let mut section = Reader {
            rest: reader.take(value_of(size))?,
        };
        if id != CODE_SECTION {
            tell_all(tell, Kind::Frame, size);
            tell_all(tell, Kind::Frame, section.rest);
            continue;
        }
        let n_functions = section.value()?;
        tell_value(tell, Kind::Frame, n_functions);
        for _ in 0..n_functions {
            let size = section.value()?;
            let mut body = Reader {
                rest: section.take(size)?,
            };
            function(&mut body, tell)?;
            ensure!(body.rest.is_empty(), "a function goes on after its end");
        }
    }
    Ok(())
}

fn function(body: &mut Reader<'_>, tell: &mut Tell<'_>) -> Result<()> {
    let n_groups = body.value()?;
    tell_value(tell, Kind::Operation, n_groups);
    for _ in 0..n_groups {
        tell_all(tell, Kind::Operation, body.number()?);
        tell(Kind::Operation, body.byte()?);
    }
    let mut recent = Recent::default();
    let mut depth = 1_usize;
    while depth > 0 {
        let operation = body.byte()?;
        tell(Kind::Operation, operation);
        let mut copy = |kind: Kind, bytes: &[u8]| tell_all(tell, kind, bytes);
        match operation {
            0x02..=0x04 => {
                depth += 1;
                copy(Kind::Label, body.number()?);
            }
            0x0b => depth -= 1,
            0x0c | 0x0d => copy(Kind::Label, body.number()?),
            0x0e => {
                let n_labels = body.number()?;
                copy(Kind::Label, n_labels);
                for _ in 0..=value_of(n_labels) {
                    copy(Kind::Label, body.number()?);
                }
            }
            0x10 => copy(Kind::Call, body.number()?),
            0x11 => {
                copy(Kind::Call, body.number()?);
                copy(Kind::Rest, body.number()?);
            }
            0x20..=0x22 => tell_value(tell, Kind::Local, recent.place(body.value()?)),
            0x28..=0x3e => {
                copy(Kind::Alignment, body.number()?);
                copy(Kind::Offset, body.number()?);
            }
            0x41 => copy(Kind::Constant, body.number()?),
            // Globals, tables, sizes of the memory, 64-bit constants, references.
            0x23..=0x26 | 0x3f | 0x40 | 0x42 | 0xd0 | 0xd2 => copy(Kind::Rest, body.number()?),
            0x43 => copy(Kind::Rest, body.take(4)?),
            0x44 => copy(Kind::Rest, body.take(8)?),
            0xfc => {
                let more = body.number()?;
                copy(Kind::Rest, more);
                let n_numbers = match value_of(more) {
                    0..=7 => 0,
                    9 | 11 | 13 | 15..=17 => 1,
                    8 | 10 | 12 | 14 => 2,
                    other => bail!("unknown operation fc {other:x}"),
                };
                for _ in 0..n_numbers {
                    copy(Kind::Rest, body.number()?);
                }
            }
            0x00 | 0x01 | 0x05 | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 => {}
            other => bail!("unknown operation {other:x}"),
        }
    }
    Ok(())
}

/// Locals in the order of their last use; unused ones follow in their own order.
#[derive(Default)]
struct Recent(Vec<usize>);

impl Recent {
    fn place(&mut self, local: usize) -> usize {
        while self.0.len() <= local {
            self.0.push(self.0.len());
        }
        // Every number below the length stands in the list once.
        let place = self.0.iter().position(|one| *one == local).unwrap_or(0);
        self.0[..=place].rotate_right(1);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(func (param i32) (result i32) local.get 0 i32.const 1 local.tee 1 i32.load 2 0 end)`.
    const MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x06\x01\x60\x01\x7f\x01\x7f\x03\x02\x01\0\
        \x0a\x10\x01\x0e\x01\x01\x7f\x20\0\x41\x01\x22\x01\x6a\x28\x02\0\x0b";

    fn told(wasm: &[u8]) -> Result<Vec<(Kind, u8)>> {
        let mut told = Vec::new();
        walk(wasm, &mut |kind, byte| told.push((kind, byte)))?;
        Ok(told)
    }

    #[test]
    fn every_byte_has_its_kind() -> Result<()> {
        let told = told(MODULE)?;
        let of = |wanted: Kind| -> Vec<u8> {
            let bytes = told.iter().filter(|(kind, _)| *kind == wanted);
            bytes.map(|(_, byte)| *byte).collect()
        };
        assert!(of(Kind::Frame).ends_with(b"\x03\x02\x01\0\x0a\x01"));
        assert_eq!(of(Kind::Operation), b"\x01\x01\x7f\x20\x41\x22\x6a\x28\x0b");
        assert_eq!(of(Kind::Local), b"\x00\x01");
        assert_eq!(of(Kind::Constant), b"\x01");
        assert_eq!((of(Kind::Alignment), of(Kind::Offset)), (vec![2], vec![0]));
        Ok(())
    }

    #[test]
    fn locals_are_told_by_their_last_use() {
        let mut recent = Recent::default();
        let places: Vec<usize> = [2, 2, 0, 2, 5].map(|local| recent.place(local)).into();
        assert_eq!(places, [2, 0, 1, 1, 5]);
    }

    #[test]
    fn broken_modules_are_refused() {
        for length in [4, 19, 30] {
            assert!(told(&MODULE[..length]).is_err(), "{length}");
        }
        let vectors = [MODULE, b"\x0a\x06\x01\x04\0\xfd\x00\x0b"].concat();
        assert!(told(&vectors).is_err());
    }
}
