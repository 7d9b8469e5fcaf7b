import assert from "node:assert/strict";
import { isSluiceError } from "../../../src/core/errors.js";
import { checkKernels } from "../../../src/kernels/check-kernels.js";
import { kernelChoices, loadKernels } from "../../../src/kernels/load-kernels.js";
import { createReferenceKernels } from "../../../src/kernels/reference.js";
import { kernelsContract } from "./kernels-contract.js";

/** Every form that this machine can run, each under the whole contract. */
for (const choice of kernelChoices) {
  if (choice !== "reference" && isUsable(choice)) {
    kernelsContract(choice, () => loadKernels(choice).kernels);
  }
}
// The reference against itself proves its refusals and that the contract is not vacuous.
kernelsContract("reference", createReferenceKernels);

describe("loadKernels", () => {
  it("takes the first form that works and says why others do not", () => {
    const { kernels, notes } = loadKernels();
    const usable = kernelChoices.filter(isUsable);
    assert.equal(kernels.name.replace("native-", ""), usable[0]);
    assert.equal(notes.length, kernelChoices.indexOf(usable[0]!));
  });

  it("refuses a forced form that this machine cannot run", () => {
    const foreign = process.arch === "arm64" ? "avx512" : "neon";
    assert.throws(
      () => loadKernels(foreign),
      (error: unknown) => isSluiceError(error) && error.reason === "INVALID_CONFIG",
    );
  });

  it("finds a form whose result is off by one bit", () => {
    const reference = createReferenceKernels();
    const wrong: typeof reference = {
      ...reference,
      name: "wrong",
      maxSimBatch: (query, codes, tokenOffsets, passages, scores) => {
        reference.maxSimBatch(query, codes, tokenOffsets, passages, scores);
        const words = new Uint32Array(scores.buffer);
        words[0] = words[0]! ^ 1;
      },
    };
    assert.throws(() => {
      checkKernels(wrong);
    }, /maxSimBatch at 1 bits differs/);
  });
});

function isUsable(choice: (typeof kernelChoices)[number]): boolean {
  try {
    loadKernels(choice);
    return true;
  } catch {
    return false;
  }
}
