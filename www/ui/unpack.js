// The engine, put together again (xtask/src/streams.rs takes it apart): LZMA after the specification
// of Igor Pavlov, then WebAssembly from streams of one kind each. A third smaller than the browser's
// own gzip would leave it.

/**
 * Undoes the container. Stands on nothing outside itself, because its text also runs in a worker
 * (see packed.js).
 *
 * @param {Uint8Array} packed streams as `.lzma`, each after its length
 * @returns {Uint8Array} a module
 */
export function unpack(packed) {
  const view = new DataView(packed.buffer, packed.byteOffset);
  const streams = [];
  for (let at = 0; at < packed.length;) {
    const end = at + 4 + view.getUint32(at, true);
    streams.push(lzma(packed.subarray(at + 4, end)));
    at = end;
  }
  return joined();

  function joined() {
    const FRAME = 0, OPERATION = 1, LOCAL = 2, CONSTANT = 3, OFFSET = 4, CALL = 5, LABEL = 6, ALIGNMENT = 7, REST = 8;
    const CODE_SECTION = 10;
    const at = streams.map(() => 0);
    const out = new Uint8Array(streams.reduce((sum, one) => sum + one.length, 0) * 2);
    let n = 0;

    const value = (kind) => {
      let sum = 0, byte;
      for (let shift = 0; shift === 0 || byte > 127; shift += 7) {
        byte = streams[kind][at[kind]++];
        sum |= (byte & 127) << shift;
      }
      return sum >>> 0;
    };
    const put = (number) => {
      for (; number > 127; number >>>= 7) out[n++] = (number & 127) | 128;
      out[n++] = number;
    };
    const bytes = (kind, count) => { for (; count > 0; count -= 1) out[n++] = streams[kind][at[kind]++]; };
    const number = (kind) => { do bytes(kind, 1); while (out[n - 1] > 127); };
    /** Puts its length before what `write` writes. */
    const sized = (write) => {
      const start = n;
      n += 5;
      write();
      const end = n;
      n = start;
      put(end - start - 5);
      out.copyWithin(n, start + 5, end);
      n += end - start - 5;
    };

    const body = () => {
      const groups = value(OPERATION);
      put(groups);
      for (let i = 0; i < groups; i += 1) { number(OPERATION); bytes(OPERATION, 1); }
      const recent = [];
      for (let depth = 1; depth > 0;) {
        bytes(OPERATION, 1);
        const operation = out[n - 1];
        if (operation >= 0x20 && operation <= 0x22) {
          const place = value(LOCAL);
          while (recent.length <= place) recent.push(recent.length);
          const local = recent[place];
          recent.copyWithin(1, 0, place);
          recent[0] = local;
          put(local);
        } else if (operation >= 0x28 && operation <= 0x3e) { number(ALIGNMENT); number(OFFSET); }
        else if (operation === 0x41) number(CONSTANT);
        else if (operation === 0x0b) depth -= 1;
        else if (operation >= 0x02 && operation <= 0x04) { depth += 1; number(LABEL); }
        else if (operation === 0x0c || operation === 0x0d) number(LABEL);
        else if (operation === 0x0e) {
          let labels = value(LABEL);
          for (put(labels); labels >= 0; labels -= 1) number(LABEL);
        } else if (operation === 0x10) number(CALL);
        else if (operation === 0x11) { number(CALL); number(REST); }
        else if ((operation >= 0x23 && operation <= 0x26) || (operation >= 0x3f && operation <= 0x42) || operation === 0xd0 || operation === 0xd2) number(REST);
        else if (operation === 0x43) bytes(REST, 4);
        else if (operation === 0x44) bytes(REST, 8);
        else if (operation === 0xfc) {
          const more = value(REST);
          put(more);
          for (let i = more < 8 ? 0 : more % 2 || more > 14 ? 1 : 2; i > 0; i -= 1) number(REST);
        }
      }
    };

    bytes(FRAME, 8);
    while (at[FRAME] < streams[FRAME].length) {
      bytes(FRAME, 1);
      const id = out[n - 1];
      const size = value(FRAME);
      if (id === CODE_SECTION) sized(() => { put(size); for (let i = 0; i < size; i += 1) sized(body); });
      else { put(size); bytes(FRAME, size); }
    }
    return out.subarray(0, n);
  }

  function lzma(input) {
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
}
