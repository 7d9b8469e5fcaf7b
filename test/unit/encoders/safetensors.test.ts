// Tensors are read as they were written, whatever their type, and broken files are refused.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTensorFile, writeTensorFile } from "../../../src/encoders/safetensors.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { hasReason } from "../../support/errors.js";

describe("files of safetensors", () => {
  const folder = useTemporaryFolder();

  function write(header: object | string, content: Uint8Array): void {
    const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(join(folder(), "w.safetensors"), Buffer.concat([length, text, content]));
  }
  const read = (name: string): number[] | undefined => {
    const tensor = openTensorFile(folder(), "w.safetensors").read(name);
    return tensor && [...tensor.values];
  };

  it("reads what it has written", () => {
    const values = Float32Array.of(1.5, -2, 1e-30, 4, 5, 6);
    const tensors = new Map([
      ["a", { shape: [2, 3], values }],
      ["b", { shape: [1], values: Float32Array.of(7) }],
    ]);
    writeTensorFile(join(folder(), "w.safetensors"), tensors);
    const file = openTensorFile(folder(), "w.safetensors");
    assert.deepEqual(file.names, ["a", "b"]);
    assert.deepEqual(file.read("a"), { shape: [2, 3], values });
    assert.deepEqual(read("b"), [7]);
    assert.equal(read("c"), undefined);
  });

  it("reads half precision, bfloat16 and double precision", () => {
    const content = Buffer.alloc(6 + 4 + 8);
    // 1, the smallest subnormal, -65504; 1, -3.140625; 0.5.
    for (const [i, bits] of [0x3c00, 0x0001, 0xfbff, 0x3f80, 0xc049].entries())
      content.writeUInt16LE(bits, 2 * i);
    content.writeDoubleLE(0.5, 10);
    write(
      {
        __metadata__: { format: "pt" },
        half: { dtype: "F16", shape: [3], data_offsets: [0, 6] },
        brain: { dtype: "BF16", shape: [2], data_offsets: [6, 10] },
        double: { dtype: "F64", shape: [1], data_offsets: [10, 18] },
      },
      content,
    );
    assert.deepEqual(read("half"), [1, 2 ** -24, -65504]);
    assert.deepEqual(read("brain"), [1, -3.140625]);
    assert.deepEqual(read("double"), [0.5]);
  });

  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const broken: readonly [what: string, header: object | string, bytes: number, RegExp][] = [
    ["a file that is cut off", { a: entry }, 7, /w.safetensors is cut off/],
    ["a header that is no JSON", "{", 8, /is not a file of safetensors/],
    ["a header of another form", { a: { shape: "wide" } }, 8, /is not a file of safetensors/],
    ["integers", { a: { ...entry, dtype: "I32" } }, 8, /has a as I32, which is not a float/],
    ["another size", { a: { ...entry, shape: [3] } }, 8, /has 8 bytes of a for 3 values of F32/],
  ];
  for (const [what, header, bytes, message] of broken)
    it(`refuses ${what}`, () => {
      write(header, new Uint8Array(bytes));
      assert.throws(() => read("a"), hasReason("MODEL_INVALID", message));
    });

  it("refuses a file whose first bytes are no length", () => {
    writeFileSync(join(folder(), "w.safetensors"), "not tensors at all");
    assert.throws(() => read("a"), hasReason("MODEL_INVALID", /is not a file of safetensors/));
  });
});
