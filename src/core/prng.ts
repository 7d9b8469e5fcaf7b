// The only source of randomness: seeded and identical on every platform.

/** A deterministic stream of 32-bit numbers. */
export interface Prng {
  /** Uniform integer in [0, 2^32). */
  nextUint32(): number;
  /** Uniform number in [0, 1). */
  nextFloat(): number;
}

/**
 * SplitMix32: Weyl sequence with the golden ratio, then a 32-bit finaliser with the constants of
 * the MurmurHash3 family (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
 * `seed`: any 32-bit integer.
 */
export function createPrng(seed: number): Prng {
  let state = seed >>> 0;
  const nextUint32 = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  return { nextUint32, nextFloat: () => nextUint32() / 4294967296 };
}
