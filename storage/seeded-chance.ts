/**
 * Chance that can be had again: the same key gives the same numbers on every machine and in every version, because
 * programmes and load tests are told apart by their seed alone. Not for secrets.
 */

/** Numbers in [0, 1), for ever, from a key of whole numbers. */
export function chanceOf(...key: readonly number[]): () => number {
  let state = 0x9e3779b9;
  for (const part of key) {
    state = scramble(state ^ (part >>> 0));
    state = scramble(state + Math.floor(part / 0x1_0000_0000));
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return scramble(state) / 0x1_0000_0000;
  };
}

/** A whole number in [0, below). */
export function pick(chance: () => number, below: number): number {
  return Math.floor(chance() * below);
}

/** Spreads 32 bits so that each of them depends on all (the finaliser of MurmurHash3). */
function scramble(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
