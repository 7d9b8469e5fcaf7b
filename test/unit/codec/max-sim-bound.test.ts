import assert from "node:assert/strict";

import fc from "fast-check";

import { createCodec } from "../../../src/codec/codec.js";
import { maxSimUpperBound } from "../../../src/codec/max-sim-bound.js";
import { toTokenMatrix } from "../../../src/codec/precomputed-vectors.js";
import { createPrng } from "../../../src/core/prng.js";
import { createReferenceKernels } from "../../../src/kernels/reference.js";
import { plainMaxSim } from "../../support/plain-search.js";
import { seededVectors } from "../../support/seeded-corpus.js";

const dim = 32;

describe("maxSimUpperBound", () => {
  for (const bits of [1, 2, 4, 8] as const) {
    it(`holds for any passage, the query's own rows among them, at ${bits} bits`, () => {
      fc.assert(
        fc.property(fc.integer(), fc.boolean(), (seed, isSame) => {
          const prng = createPrng(seed);
          const codec = createCodec({ dim, bits, sketchBits: 1, seed }, createReferenceKernels());
          const query = seededVectors(prng, { dim, rowCount: 3 });
          const vectors = isSame ? query : seededVectors(prng, { dim, rowCount: 6 });
          const matrix = toTokenMatrix(query, { dim, rowCountMax: 9, field: "query" });
          const { tokens } = codec.encodeQuery(matrix);
          const document = { key: "a", title: "", text: "", fields: new Map(), vectors };
          const bound = maxSimUpperBound(tokens, { bits, centre: undefined });
          assert.ok(plainMaxSim(tokens, document, codec) <= bound);
          // Far below what is true of any row of levels: 1.2 a row at 2 bits, where 1.5 is trivial.
          assert.ok(bound < 3 * { 1: 1, 2: 1.35, 4: 1.2, 8: 1.05 }[bits], `${bound}`);
        }),
        { numRuns: 150 },
      );
    });
  }
});
