//! What is expected of the next bit.
//!
//! Five contexts, from short to long, each remember how often a one followed them; a sixth opinion
//! is what followed the longest repetition. They are mixed as logits with weights that learn from
//! every bit (Mahoney, "Adaptive weighing of context models", 2005). Numbers are IEEE doubles
//! without transcendental functions, so a browser computes the very same ones.

use super::walk::{Kind, N_KINDS};

const N_CONTEXTS: usize = 5;
/// Of every context 2^16 places with 16 counters: the nodes of half a byte.
const N_COUNTERS: usize = 1 << 20;
/// A counter's rate of learning stops falling there.
const MOST_SEEN: u32 = 16;
const LEARNING_RATE: f64 = 0.01 / 256.0;
/// Weights are chosen by kind, place of the bit, trust in the repetition and last operation.
const N_WEIGHT_SETS: usize = N_KINDS * 8 * 3 * 256;
const FIRST_WEIGHT: f64 = 0.3;
/// Logits are kept in 1/256, within 8.
const LARGEST_LOGIT: i32 = 2047;
/// e^(1/256)
const STEP: f64 = 1.003_913_889_338_347_6;
/// Repetitions shorter than this are chance.
const SHORTEST_MATCH: usize = 6;
/// Longer repetitions are believed alike.
const LONGEST_MATCH: usize = 63;

/// Learns byte after byte.
pub struct Model {
    /// 22 bits of probability, 10 bits of how often it was seen.
    counters: Vec<u32>,
    /// For every length of a repetition and expected bit, the probability of a one in 1/65536.
    after_match: [[u32; 2]; LONGEST_MATCH + 1],
    weights: Vec<[f64; N_CONTEXTS + 2]>,
    /// Logit of a probability in 1/4096.
    logits: Vec<i32>,
    /// Probability in 1/65536 of a logit.
    odds: Vec<u32>,
    rates: Vec<f64>,
    history: History,
    repetition: Repetition,
}

impl Model {
    pub fn new() -> Self {
        let (logits, odds) = tables();
        Self {
            counters: vec![1 << 31; N_CONTEXTS * N_COUNTERS],
            after_match: [[1 << 15; 2]; LONGEST_MATCH + 1],
            weights: vec![[FIRST_WEIGHT; N_CONTEXTS + 2]; N_WEIGHT_SETS],
            logits,
            odds,
            rates: (0..=MOST_SEEN)
                .map(|n_seen| 1.0 / (f64::from(n_seen) + 1.5))
                .collect(),
            history: History::default(),
            repetition: Repetition::new(),
        }
    }

    /// Tells every bit of a byte with the odds of a one before it was known, and learns it.
    pub fn learn(&mut self, kind: Kind, byte: u8, tell: &mut dyn FnMut(bool, u32)) {
        let contexts = self.history.contexts(kind);
        let expected = self.repetition.expected();
        let mut node = 1_u32;
        let mut places = [0; N_CONTEXTS];
        for n_known in 0..8 {
            if n_known % 4 == 0 {
                for (i, place) in places.iter_mut().enumerate() {
                    let half = if n_known == 0 { 0 } else { node };
                    let hash = mixed(contexts[i] ^ half.wrapping_mul(0xc2b2_ae35));
                    *place = i * N_COUNTERS + ((hash >> 16) << 4) as usize;
                }
            }
            let bit = byte >> (7 - n_known) & 1 == 1;
            // The node within half a byte: 1, then 2-3, 4-7, 8-15.
            let within = match n_known < 4 {
                true => node,
                false => (1 << (n_known - 4)) | (node & ((1 << (n_known - 4)) - 1)),
            };
            let at = places.map(|place| place + within as usize);
            let hint = expected
                .filter(|byte| (u32::from(*byte) | 256) >> (8 - n_known) == node)
                .map(|byte| usize::from(byte >> (7 - n_known) & 1));
            self.bit(kind, n_known, at, hint, bit, tell);
            node = node << 1 | u32::from(bit);
        }
        self.history.push(kind, byte);
        self.repetition.push(byte);
    }

    fn bit(
        &mut self,
        kind: Kind,
        n_known: usize,
        at: [usize; N_CONTEXTS],
        hint: Option<usize>,
        bit: bool,
        tell: &mut dyn FnMut(bool, u32),
    ) {
        let length = self.repetition.length;
        let trust = match hint {
            None => 0,
            Some(_) if length < 16 => 1,
            Some(_) => 2,
        };
        let operation = (self.history.operations[0] & 255) as usize;
        let set = ((kind as usize * 8 + n_known) * 3 + trust) * 256 + operation;
        let weights = &mut self.weights[set];
        let mut inputs = [0.0; N_CONTEXTS + 2];
        for (input, at) in inputs.iter_mut().zip(at) {
            *input = f64::from(self.logits[(self.counters[at] >> 20) as usize]);
        }
        let length = length.min(LONGEST_MATCH);
        if let Some(hint) = hint {
            let odds = self.after_match[length][hint];
            inputs[N_CONTEXTS] = f64::from(self.logits[(odds >> 4) as usize]);
        }
        inputs[N_CONTEXTS + 1] = 77.0;
        let mut logit = 0.0;
        for (input, weight) in inputs.iter().zip(&*weights) {
            logit += input * weight;
        }
        let logit = (logit as i32).clamp(-LARGEST_LOGIT, LARGEST_LOGIT);
        let odds = self.odds[(logit + LARGEST_LOGIT) as usize];
        tell(bit, odds);

        let target = if bit { 65_536.0 } else { 0.0 };
        let error = (target - f64::from(odds)) / 65_536.0 * LEARNING_RATE;
        for (weight, input) in weights.iter_mut().zip(inputs) {
            *weight += error * input;
        }
        let target = if bit { 4_194_303.0 } else { 0.0 };
        for at in at {
            let counter = &mut self.counters[at];
            let (p, n_seen) = (f64::from(*counter >> 10), *counter & 1023);
            let p = (p + (target - p) * self.rates[n_seen as usize]) as u32;
            *counter = p << 10 | (n_seen + 1).min(MOST_SEEN);
        }
        if let Some(hint) = hint {
            let odds = &mut self.after_match[length][hint];
            match bit {
                true => *odds += (65_535 - *odds) >> 6,
                false => *odds -= *odds >> 6,
            }
        }
    }
}

/// Logits by probability, and probabilities by logit: p / (1 - p) = e^x.
fn tables() -> (Vec<i32>, Vec<u32>) {
    let mut odds = vec![0; 2 * LARGEST_LOGIT as usize + 1];
    let mut power = 1.0;
    for x in 0..=LARGEST_LOGIT as usize {
        let p = (power / (1.0 + power) * 65_536.0) as u32;
        odds[LARGEST_LOGIT as usize + x] = p;
        odds[LARGEST_LOGIT as usize - x] = 65_536 - p;
        power *= STEP;
    }
    let mut logits = Vec::with_capacity(4096);
    for (i, p) in odds.iter().enumerate() {
        while logits.len() <= (*p >> 4) as usize && logits.len() < 4096 {
            logits.push(i as i32 - LARGEST_LOGIT);
        }
    }
    logits.resize(4096, LARGEST_LOGIT);
    (logits, odds)
}

fn mixed(value: u32) -> u32 {
    let value = (value ^ (value >> 15)).wrapping_mul(0x2c1b_3c6d);
    (value ^ (value >> 12)).wrapping_mul(0x297a_2d39)
}

/// What stood before, by kind.
#[derive(Default)]
struct History {
    operations: [u32; 6],
    /// The last values of every kind, and what is known of the present one.
    values: [[u32; 4]; N_KINDS],
    begun: [u32; N_KINDS],
}

impl History {
    fn contexts(&self, kind: Kind) -> [u32; N_CONTEXTS] {
        let [o1, o2, o3, o4, o5, o6] = self.operations;
        let [v1, v2, v3, v4] = self.values[kind as usize];
        let begun = self.begun[kind as usize];
        let of = |parts: &[u32]| {
            let start = (kind as u32 + 1).wrapping_mul(0x9e37_79b1) ^ begun;
            parts
                .iter()
                .fold(start, |hash, part| mixed(hash.wrapping_add(*part)))
        };
        match kind {
            Kind::Operation => [
                of(&[o1]),
                of(&[o1, o2]),
                of(&[o1, o2, o3]),
                of(&[o1, o2, o3, o4]),
                of(&[o1, o2, o3, o4, o5, o6]),
            ],
            Kind::Frame => [
                of(&[]),
                of(&[v1]),
                of(&[v1, v2]),
                of(&[v1, v2, v3]),
                of(&[v1, v2, v3, v4]),
            ],
            _ => [
                of(&[o1, v1]),
                of(&[o1, o2]),
                of(&[o1, o2, o3, v1]),
                of(&[o1, o2, o3, o4]),
                of(&[v1, v2]),
            ],
        }
    }

    fn push(&mut self, kind: Kind, byte: u8) {
        let begun = &mut self.begun[kind as usize];
        *begun = begun.wrapping_mul(257).wrapping_add(u32::from(byte) + 1);
        let is_number = !matches!(kind, Kind::Frame | Kind::Operation);
        if is_number && byte > 0x7f {
            return;
        }
        let values = &mut self.values[kind as usize];
        values.rotate_right(1);
        values[0] = std::mem::take(begun);
        if kind == Kind::Operation {
            self.operations.rotate_right(1);
            self.operations[0] = u32::from(byte) + 1;
        }
    }
}

/// Where the last bytes stood before.
struct Repetition {
    bytes: Vec<u8>,
    /// Behind the last place where six bytes of this hash stood.
    places: Vec<usize>,
    next: usize,
    length: usize,
}

impl Repetition {
    fn new() -> Self {
        Self {
            bytes: Vec::new(),
            places: vec![0; 1 << 16],
            next: 0,
            length: 0,
        }
    }

    fn expected(&self) -> Option<u8> {
        (self.length > 0).then(|| self.bytes[self.next])
    }

    fn push(&mut self, byte: u8) {
        if self.expected() == Some(byte) {
            self.length += 1;
            self.next += 1;
        } else {
            self.length = 0;
        }
        self.bytes.push(byte);
        let n = self.bytes.len();
        if n < SHORTEST_MATCH {
            return;
        }
        let last = &self.bytes[n - SHORTEST_MATCH..];
        let hash = last.iter().fold(0_u32, |hash, byte| {
            mixed(hash.wrapping_add(u32::from(*byte)))
        });
        let place = &mut self.places[(hash >> 16) as usize];
        if self.length == 0 && *place > 0 {
            let before = self.bytes[..*place].iter().rev();
            let same = before.zip(self.bytes.iter().rev());
            let length = same.take_while(|(one, other)| one == other).count();
            if length >= SHORTEST_MATCH {
                (self.length, self.next) = (length, *place);
            }
        }
        *place = n;
    }
}
