// LZMA, decoder side, after the LZMA specification of Igor Pavlov: the engine is a fifth smaller in
// it than in the browser's own gzip.

/**
 * Undoes the `.lzma` container: 13 bytes of header, then one range-coded stream. Stands on nothing
 * outside itself, because its text also runs in a worker (see packed.js).
 *
 * @param {Uint8Array} input
 * @returns {Uint8Array}
 */
export function unpack(input) {
  const lc = input[0] % 9;
  const lp = Math.floor(input[0] / 9) % 5;
  const pb = Math.floor(input[0] / 45);
  const size = new DataView(input.buffer, input.byteOffset).getUint32(5, true);
  const output = new Uint8Array(size);

  // Every probability lives in one array, at these places.
  const MATCH = 0, REP = 192, REP_0 = 204, REP_1 = 216, REP_2 = 228, REP_LONG = 240, SLOT = 432;
  const FAR = 688, ALIGN = 816, LENGTH = 832, REP_LENGTH = 1346, LITERAL = 1860;
  const odds = new Uint16Array(LITERAL + (0x300 << (lc + lp))).fill(1024);

  let at = 13, range = 0xffffffff, code = 0;
  for (let i = 0; i < 5; i += 1) code = ((code << 8) | input[at++]) >>> 0;

  const fill = () => {
    if (range < 0x1000000) {
      range = (range << 8) >>> 0;
      code = ((code << 8) | input[at++]) >>> 0;
    }
  };
  const bit = (i) => {
    const p = odds[i];
    const bound = (range >>> 11) * p;
    let one = 0;
    if (code < bound) {
      range = bound;
      odds[i] = p + ((2048 - p) >>> 5);
    } else {
      range -= bound;
      code -= bound;
      odds[i] = p - (p >>> 5);
      one = 1;
    }
    fill();
    return one;
  };
  const tree = (base, bits) => {
    let node = 1;
    for (let i = 0; i < bits; i += 1) node = (node << 1) | bit(base + node);
    return node - (1 << bits);
  };
  const reverseTree = (base, bits) => {
    let node = 1, value = 0;
    for (let i = 0; i < bits; i += 1) {
      const one = bit(base + node);
      node = (node << 1) | one;
      value |= one << i;
    }
    return value;
  };
  const direct = (bits) => {
    let value = 0;
    for (let i = 0; i < bits; i += 1) {
      range >>>= 1;
      const one = code >= range ? 1 : 0;
      if (one) code -= range;
      value = (value << 1) | one;
      fill();
    }
    return value;
  };
  const lengthOf = (base, place) => {
    if (!bit(base)) return 2 + tree(base + 2 + (place << 3), 3);
    if (!bit(base + 1)) return 10 + tree(base + 130 + (place << 3), 3);
    return 18 + tree(base + 258, 8);
  };
  const distanceOf = (length) => {
    const slot = tree(SLOT + (Math.min(length - 2, 3) << 6), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << bits;
    if (slot < 14) return base + reverseTree(FAR + base - slot, bits);
    return base + (direct(bits - 4) << 4) + reverseTree(ALIGN, 4);
  };

  let n = 0, state = 0, rep0 = 0, rep1 = 0, rep2 = 0, rep3 = 0;
  while (n < size) {
    const place = n & ((1 << pb) - 1);
    if (!bit(MATCH + (state << 4) + place)) {
      const before = n > 0 ? output[n - 1] : 0;
      const base = LITERAL + 0x300 * (((n & ((1 << lp) - 1)) << lc) + (before >> (8 - lc)));
      let symbol = 1;
      if (state >= 7) {
        let expected = output[n - rep0 - 1];
        let same = true;
        while (same && symbol < 0x100) {
          const hint = (expected >> 7) & 1;
          expected <<= 1;
          const one = bit(base + ((1 + hint) << 8) + symbol);
          symbol = (symbol << 1) | one;
          same = hint === one;
        }
      }
      while (symbol < 0x100) symbol = (symbol << 1) | bit(base + symbol);
      output[n++] = symbol;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let length;
    if (!bit(REP + state)) {
      [rep3, rep2, rep1] = [rep2, rep1, rep0];
      length = lengthOf(LENGTH, place);
      rep0 = distanceOf(length);
      state = state < 7 ? 7 : 10;
    } else {
      if (!bit(REP_0 + state)) {
        if (!bit(REP_LONG + (state << 4) + place)) {
          output[n] = output[n - rep0 - 1];
          n += 1;
          state = state < 7 ? 9 : 11;
          continue;
        }
      } else if (!bit(REP_1 + state)) {
        [rep1, rep0] = [rep0, rep1];
      } else if (!bit(REP_2 + state)) {
        [rep2, rep1, rep0] = [rep1, rep0, rep2];
      } else {
        [rep3, rep2, rep1, rep0] = [rep2, rep1, rep0, rep3];
      }
      length = lengthOf(REP_LENGTH, place);
      state = state < 7 ? 8 : 11;
    }
    if (rep0 >= n) throw new Error("the packed engine is damaged");
    for (; length > 0 && n < size; length -= 1, n += 1) output[n] = output[n - rep0 - 1];
  }
  return output;
}
