//! A binary arithmetic coder: an interval of 32 bits, cut in proportion to what is expected.

/// Writes bits as their expectation allows.
pub struct Encoder {
    low: u32,
    high: u32,
    bytes: Vec<u8>,
}

impl Encoder {
    /// Goes on behind `bytes`.
    pub fn new(bytes: Vec<u8>) -> Self {
        let (low, high) = (0, u32::MAX);
        Self { low, high, bytes }
    }

    /// `odds` of a one, in 1/65536, neither 0 nor 65536.
    pub fn write(&mut self, bit: bool, odds: u32) {
        let width = self.high - self.low;
        let middle = self.low + (width >> 16) * odds + (((width & 0xffff) * odds) >> 16);
        match bit {
            true => self.high = middle,
            false => self.low = middle + 1,
        }
        while (self.low ^ self.high) >> 24 == 0 {
            self.bytes.push((self.high >> 24) as u8);
            self.low <<= 8;
            self.high = (self.high << 8) | 0xff;
        }
    }

    /// The bytes, with enough of the interval for a reader to stay inside.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.extend(self.high.to_be_bytes());
        self.bytes
    }
}
