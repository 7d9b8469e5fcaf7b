import assert from "node:assert/strict";

import fc from "fast-check";

import { createPrng } from "../../../src/core/prng.js";

function numbers(seed: number, count: number): number[] {
  const prng = createPrng(seed);
  return Array.from({ length: count }, () => prng.nextUint32());
}

describe("createPrng", () => {
  // Worked out with another implementation, in integers without rounding. Rotations of stored
  // collections depend on these numbers: they must never change.
  const known: [seed: number, numbers: number[]][] = [
    [0, [2462723854, 1020716019, 454327756, 1275600319]],
    [1, [2527132011, 314344336, 2535364964, 2041432039]],
    [42, [939911724, 3948730756, 321366731, 3317318717]],
    [-1, [920564995, 4230986166, 697614773, 1778835764]],
  ];
  for (const [seed, expected] of known)
    it(`gives its known numbers for seed ${seed}`, () =>
      assert.deepEqual(numbers(seed, expected.length), expected));

  it("takes a seed modulo 2^32", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (seed) => {
        assert.deepEqual(numbers(seed, 3), numbers(seed >>> 0, 3));
      }),
    );
  });

  it("keeps within its ranges", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const prng = createPrng(seed);
        for (let i = 0; i < 20; i += 1) {
          const whole = prng.nextUint32();
          assert.ok(Number.isInteger(whole) && whole >= 0 && whole < 2 ** 32);
          const fraction = prng.nextFloat();
          assert.ok(fraction >= 0 && fraction < 1);
        }
      }),
    );
  });

  it("makes its fractions of its numbers", () => {
    const [first = 0] = numbers(9, 1);
    assert.equal(createPrng(9).nextFloat(), first / 2 ** 32);
  });

  it("spreads over its range and repeats nothing soon", () => {
    const drawn = numbers(3, 100_000);
    // 2^32 values, 10^5 draws: about one pair is expected to meet.
    assert.ok(new Set(drawn).size > 99_990);
    const counts = new Array<number>(16).fill(0);
    for (const value of drawn) counts[value >>> 28]! += 1;
    // 6,250 are expected a bin, with a standard deviation of 77.
    for (const count of counts) assert.ok(Math.abs(count - 6250) < 400, `${count}`);
  });

  it("keeps two streams apart", () => {
    const [a, b] = [createPrng(1), createPrng(1)];
    a.nextUint32();
    a.nextUint32();
    assert.equal(b.nextUint32(), 2527132011);
  });
});
