// The second code of each coordinate: what both codes stand for together.

import assert from "node:assert/strict";

import fc from "fast-check";

import { createCodec } from "../../../src/codec/codec.js";
import { gridSteps, inverseStep } from "../../../src/codec/grid.js";
import { measureCentre } from "../../../src/codec/measure-centre.js";
import { createRefinePlane } from "../../../src/codec/refine-plane.js";
import type { RefineWidths } from "../../../src/codec/refine-plane.js";
import { rowBytes } from "../../../src/kernels/kernels.js";
import type { Kernels } from "../../../src/kernels/kernels.js";
import { kernelChoices, loadKernels } from "../../../src/kernels/load-kernels.js";
import { createReferenceKernels } from "../../../src/kernels/reference.js";
import { sharedDirectionRows } from "../../support/shared-direction.js";

const { kernels } = loadKernels();
const widths = fc.constantFrom<RefineWidths>(
  { bits: 1, refineBits: 4, isShaped: false },
  { bits: 1, refineBits: 8, isShaped: true },
  { bits: 2, refineBits: 4, isShaped: true },
  { bits: 2, refineBits: 8, isShaped: false },
  { bits: 4, refineBits: 8, isShaped: true },
);
const dims = fc.constantFrom(16, 48, 128, 384);
/** Coordinates in standard deviations. */
const coordinates = fc.double({ min: -7, max: 7, noNaN: true });

describe("a refine plane", () => {
  it("has each coordinate within half a place of what both codes stand for", () => {
    fc.assert(
      fc.property(widths, dims, fc.array(coordinates, { minLength: 1 }), (by, dim, drawn) => {
        const { bits, refineBits } = by;
        const rotated = Float32Array.from(
          { length: dim },
          (_, j) => drawn[j % drawn.length]! / Math.sqrt(dim),
        );
        const codes = plainCodes(rotated, { bits, dim });
        const plane = createRefinePlane({ ...by, dim });
        const refineCodes = plane.encode(rotated, codes);
        assert.equal(refineCodes.length, rowBytes(dim, refineBits));
        const decoded = new Float32Array(dim);
        plane.decode({ codes, refineCodes }, decoded);
        for (let j = 0; j < dim; j += 1) {
          const value = rotated[j]! * Math.sqrt(dim);
          const found = decoded[j]! * Math.sqrt(dim);
          // Beyond five standard deviations the outermost place stands for what lies there.
          const within = Math.max(-5, Math.min(5, value));
          const place = placeMax(by);
          assert.ok(Math.abs(found - within) <= place / 2 + 1e-5, `${found} for ${value}`);
        }
      }),
    );
  });

  it("keeps a coordinate that was moved to the next level", () => {
    const by = { bits: 2, refineBits: 8, isShaped: true, dim: 16 } as const;
    const rotated = new Float32Array(16).fill(0.4 / 4);
    const codes = plainCodes(rotated, by);
    // .4 lies in the third level of four, and is moved to the second.
    const moved = Uint8Array.from(codes, (byte) => byte - 0b01010101);
    const plane = createRefinePlane(by);
    const decoded = new Float32Array(16);
    plane.decode({ codes: moved, refineCodes: plane.encode(rotated, moved) }, decoded);
    for (const value of decoded) assert.ok(Math.abs(4 * value - 0.4) <= placeMax(by) / 2 + 1e-5);
  });

  it("is the same by every kernel, and gives inner products that codes alone do not", () => {
    const dim = 128;
    for (const meanCosine of [0, 0.9]) {
      const rows = sharedDirectionRows({ dim, rowCount: 60, meanCosine, seed: 5 });
      const asked = sharedDirectionRows({ dim, rowCount: 9, meanCosine, seed: 6 });
      const centring = { centre: measureCentre([rows], dim), rowCount: 2048, isFixed: true };
      assert.equal(centring.centre === undefined, meanCosine === 0);
      const options = { dim, bits: 2, sketchBits: 2, refineBits: 8, seed: 3, centring } as const;
      const matrix = { values: rows, dim, rowCount: 60 };
      const codec = createCodec(options, createReferenceKernels());
      const { codes, refineCodes } = codec.encodePassage(matrix);
      assert.ok(refineCodes !== undefined);
      for (const others of kernelsOfThisMachine())
        assert.deepEqual(
          createCodec(options, others).encodePassage(matrix).refineCodes,
          refineCodes,
        );
      const decoded = new Float32Array(rows.length);
      const isShaped = centring.centre !== undefined;
      createRefinePlane({ ...options, isShaped }).decode({ codes, refineCodes }, decoded);
      const query = codec.encodeQuery({ values: asked, dim, rowCount: 9 });
      const found = maxSim(query.refine!.rows, decoded, dim) + query.refine!.bias;
      const exact = maxSim(asked, rows, dim);
      assert.ok(Math.abs(found - exact) < 0.004 * 9, `${found} for ${exact}`);
    }
  });
});

function kernelsOfThisMachine(): Kernels[] {
  return kernelChoices.flatMap((choice) => {
    try {
      return [loadKernels(choice).kernels];
    } catch {
      return [];
    }
  });
}

/** Of the widest level. */
function placeMax({ bits, refineBits, isShaped }: RefineWidths): number {
  const step = gridSteps[bits];
  const inwards = isShaped ? 1 : 0.5;
  const outwards = 5 / step - (2 ** bits - 1) / 2;
  return (Math.max(inwards, outwards) + inwards) * step * 2 ** -refineBits;
}

function plainCodes(
  rotated: Float32Array,
  { bits, dim }: { bits: RefineWidths["bits"]; dim: number },
): Uint8Array {
  const codes = new Uint8Array(rowBytes(dim, bits));
  const half = 2 ** (bits - 1);
  for (const [j, value] of rotated.entries()) {
    const place = Math.floor(Math.fround(value * inverseStep(bits, dim)));
    const level = Math.max(-half, Math.min(half - 1, place)) + half;
    codes[(j * bits) >>> 3]! |= level << ((j * bits) & 7);
  }
  return codes;
}

function maxSim(query: Float32Array, rows: Float32Array, dim: number): number {
  const scores = new Float32Array(1);
  const offsets = Uint32Array.of(0, rows.length / dim);
  kernels.maxSimFloat(query, rows, dim, offsets, Uint32Array.of(0), scores);
  return scores[0]!;
}
