// The engine, put together again (xtask/src/squeeze takes it apart): every bit is predicted from what
// stands before it, and the file says only how far the prediction was off.

/**
 * Undoes the container. Stands on nothing outside itself, because its text also runs in a worker
 * (see packed.js).
 *
 * @param {Uint8Array} packed length of the module (four bytes), then an arithmetic coder's bytes
 * @returns {Uint8Array} a module
 */
export function unpack(packed) {
  const FRAME = 0, OPERATION = 1, LOCAL = 2, CONSTANT = 3, OFFSET = 4, CALL = 5, LABEL = 6, ALIGNMENT = 7, REST = 8;
  const N_KINDS = 9, CODE_SECTION = 10;
  const size = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true);
  const next = predictor();
  const out = new Uint8Array(size + 16);
  let n = 0;
  module();
  return out.subarray(0, size);

  /** WebAssembly from its parts, in the order in which xtask/src/squeeze/walk.rs tells them. */
  function module() {
    const value = (kind) => {
      let sum = 0, byte;
      for (let shift = 0; shift === 0 || byte > 127; shift += 7) {
        byte = next(kind);
        sum |= (byte & 127) << shift;
      }
      return sum >>> 0;
    };
    const put = (number) => {
      for (; number > 127; number >>>= 7) out[n++] = (number & 127) | 128;
      out[n++] = number;
    };
    const bytes = (kind, count) => { for (; count > 0; count -= 1) out[n++] = next(kind); };
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
    while (n < size) {
      bytes(FRAME, 1);
      const id = out[n - 1];
      const length = value(FRAME);
      if (id === CODE_SECTION) sized(() => { put(length); for (let i = 0; i < length; i += 1) sized(body); });
      else { put(length); bytes(FRAME, length); }
    }
  }

  /** Reads byte after byte of a kind; the numbers are those of xtask/src/squeeze/model.rs. */
  function predictor() {
    const N_CONTEXTS = 5, N_COUNTERS = 1 << 20, MOST_SEEN = 16, LARGEST_LOGIT = 2047, BIAS = 77;
    const LEARNING_RATE = 0.01 / 256, STEP = 1.0039138893383476, SHORTEST_MATCH = 6, LONGEST_MATCH = 63;
    const N_INPUTS = N_CONTEXTS + 2;

    const chances = new Int32Array(2 * LARGEST_LOGIT + 1);
    for (let x = 0, power = 1; x <= LARGEST_LOGIT; x += 1, power *= STEP) {
      const p = Math.floor(power / (1 + power) * 65536);
      chances[LARGEST_LOGIT + x] = p;
      chances[LARGEST_LOGIT - x] = 65536 - p;
    }
    const logits = new Float64Array(4096).fill(LARGEST_LOGIT);
    for (let i = 0, p = 0; i < chances.length; i += 1) {
      for (; p <= chances[i] >> 4 && p < 4096; p += 1) logits[p] = i - LARGEST_LOGIT;
    }
    const rates = Float64Array.from({ length: MOST_SEEN + 1 }, (_, seen) => 1 / (seen + 1.5));

    const counters = new Int32Array(N_CONTEXTS * N_COUNTERS).fill(1 << 26);
    const afterMatch = new Int32Array(2 * (LONGEST_MATCH + 1)).fill(32768);
    const weights = new Float64Array(N_KINDS * 8 * 3 * 256 * N_INPUTS).fill(0.3);
    const contexts = new Int32Array(N_CONTEXTS);

    const operations = new Int32Array(6);
    const values = Array.from({ length: N_KINDS }, () => new Int32Array(4));
    const begun = new Int32Array(N_KINDS);

    const seen = new Uint8Array(size * 2);
    const lastPlaces = new Int32Array(1 << 16);
    let nSeen = 0, match = 0, matched = 0;

    // Kept in an array between bytes: numbers above 2^31 in shared variables would be boxed.
    const interval = Uint32Array.of(0, 0xffffffff, new DataView(packed.buffer, packed.byteOffset).getUint32(4));
    let at = 8;

    return (kind) => {
      look(kind);
      const expected = matched > 0 ? seen[match] | 256 : 0;
      const length = Math.min(matched, LONGEST_MATCH);
      const operation = operations[0] & 255;
      let low = interval[0], high = interval[1], code = interval[2];
      let node = 1, within = 1;
      // Written out for the five contexts: the browser's compiler keeps single numbers in registers.
      let p0 = 0, p1 = 0, p2 = 0, p3 = 0, p4 = 0;
      for (let known = 0; known < 8; known += 1) {
        if (known === 0 || known === 4) {
          const half = known === 0 ? 0 : Math.imul(node, 0xc2b2ae35);
          p0 = (mixed(contexts[0] ^ half) >>> 16) << 4;
          p1 = N_COUNTERS + ((mixed(contexts[1] ^ half) >>> 16) << 4);
          p2 = 2 * N_COUNTERS + ((mixed(contexts[2] ^ half) >>> 16) << 4);
          p3 = 3 * N_COUNTERS + ((mixed(contexts[3] ^ half) >>> 16) << 4);
          p4 = 4 * N_COUNTERS + ((mixed(contexts[4] ^ half) >>> 16) << 4);
          within = 1;
        }
        const hint = expected >> (8 - known) === node ? (expected >> (7 - known)) & 1 : -1;
        const set = (((kind * 8 + known) * 3 + (hint < 0 ? 0 : matched < 16 ? 1 : 2)) * 256 + operation) * N_INPUTS;
        const hinted = 2 * length + hint;
        const c0 = counters[p0 + within], c1 = counters[p1 + within], c2 = counters[p2 + within], c3 = counters[p3 + within], c4 = counters[p4 + within];
        const x0 = logits[c0 >> 15], x1 = logits[c1 >> 15], x2 = logits[c2 >> 15], x3 = logits[c3 >> 15], x4 = logits[c4 >> 15];
        const x5 = hint < 0 ? 0 : logits[afterMatch[hinted] >> 4];
        const logit = x0 * weights[set] + x1 * weights[set + 1] + x2 * weights[set + 2] + x3 * weights[set + 3]
          + x4 * weights[set + 4] + x5 * weights[set + 5] + BIAS * weights[set + 6];
        const chance = chances[(logit > LARGEST_LOGIT ? LARGEST_LOGIT : logit < -LARGEST_LOGIT ? -LARGEST_LOGIT : logit | 0) + LARGEST_LOGIT];

        const width = (high - low) >>> 0;
        const middle = (low + Math.imul(width >>> 16, chance) + (Math.imul(width & 0xffff, chance) >>> 16)) >>> 0;
        const bit = code <= middle ? 1 : 0;
        if (bit) high = middle; else low = middle + 1;
        while ((low ^ high) >>> 24 === 0) {
          low = (low << 8) >>> 0;
          high = ((high << 8) | 0xff) >>> 0;
          code = ((code << 8) | packed[at++]) >>> 0;
        }

        const error = ((bit ? 65536 : 0) - chance) / 65536 * LEARNING_RATE;
        weights[set] += error * x0;
        weights[set + 1] += error * x1;
        weights[set + 2] += error * x2;
        weights[set + 3] += error * x3;
        weights[set + 4] += error * x4;
        weights[set + 5] += error * x5;
        weights[set + 6] += error * BIAS;
        const target = bit ? 4194303 : 0;
        counters[p0 + within] = learned(c0, target);
        counters[p1 + within] = learned(c1, target);
        counters[p2 + within] = learned(c2, target);
        counters[p3 + within] = learned(c3, target);
        counters[p4 + within] = learned(c4, target);
        if (hint >= 0) afterMatch[hinted] += bit ? (65535 - afterMatch[hinted]) >> 6 : -(afterMatch[hinted] >> 6);
        node = (node << 1) | bit;
        within = (within << 1) | bit;
      }
      interval[0] = low;
      interval[1] = high;
      interval[2] = code;
      const byte = node & 255;
      remember(kind, byte);
      repeat(byte);
      return byte;
    };

    /** A counter nearer to what was seen: 22 bits of chance, five of how often. */
    function learned(counter, target) {
      const p = counter >> 5, times = counter & 31;
      return ((p + (target - p) * rates[times]) << 5) | (times < MOST_SEEN ? times + 1 : MOST_SEEN);
    }

    function mixed(value) {
      const once = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
      return Math.imul(once ^ (once >>> 12), 0x297a2d39);
    }

    function look(kind) {
      const last = values[kind];
      const v1 = last[0], v2 = last[1];
      const o1 = operations[0], o2 = operations[1], o3 = operations[2], o4 = operations[3];
      const start = Math.imul(kind + 1, 0x9e3779b1) ^ begun[kind];
      if (kind === OPERATION) {
        contexts[0] = mixed(start + o1);
        contexts[1] = mixed(contexts[0] + o2);
        contexts[2] = mixed(contexts[1] + o3);
        contexts[3] = mixed(contexts[2] + o4);
        contexts[4] = mixed(mixed(contexts[3] + operations[4]) + operations[5]);
      } else if (kind === FRAME) {
        contexts[0] = start;
        contexts[1] = mixed(start + v1);
        contexts[2] = mixed(contexts[1] + v2);
        contexts[3] = mixed(contexts[2] + last[2]);
        contexts[4] = mixed(contexts[3] + last[3]);
      } else {
        const first = mixed(start + o1);
        const third = mixed(mixed(first + o2) + o3);
        contexts[0] = mixed(first + v1);
        contexts[1] = mixed(first + o2);
        contexts[2] = mixed(third + v1);
        contexts[3] = mixed(third + o4);
        contexts[4] = mixed(mixed(start + v1) + v2);
      }
    }

    function remember(kind, byte) {
      begun[kind] = Math.imul(begun[kind], 257) + byte + 1;
      if (kind !== FRAME && kind !== OPERATION && byte > 127) return;
      values[kind].copyWithin(1, 0, 3);
      values[kind][0] = begun[kind];
      begun[kind] = 0;
      if (kind === OPERATION) {
        operations.copyWithin(1, 0, 5);
        operations[0] = byte + 1;
      }
    }

    function repeat(byte) {
      if (matched > 0 && seen[match] === byte) { matched += 1; match += 1; } else matched = 0;
      seen[nSeen++] = byte;
      if (nSeen < SHORTEST_MATCH) return;
      let hash = 0;
      for (let i = nSeen - SHORTEST_MATCH; i < nSeen; i += 1) hash = mixed(hash + seen[i]);
      const place = lastPlaces[hash >>> 16];
      if (matched === 0 && place > 0) {
        let same = 0;
        while (same < place && seen[place - 1 - same] === seen[nSeen - 1 - same]) same += 1;
        if (same >= SHORTEST_MATCH) { matched = same; match = place; }
      }
      lastPlaces[hash >>> 16] = nSeen;
    }
  }
}
