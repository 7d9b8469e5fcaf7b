import assert from "node:assert/strict";

import {
  assert as assertFact,
  AssertionError,
  assertNever,
  present,
} from "../../../src/core/assert.js";
import { isSluiceError } from "../../../src/core/errors.js";
import { tokenMatrix } from "../../../src/core/token-matrix.js";

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("assertions", () => {
  it("state the fact that did not hold, and are no user's error", () => {
    assertFact(true, "holds");
    const error = caught(() => assertFact(false, "rows are sorted"));
    assert.ok(error instanceof AssertionError);
    assert.equal(error.message, "rows are sorted");
    assert.equal(isSluiceError(error), false);
  });

  it("let through what is present, be it false or empty", () => {
    for (const value of [0, "", false, NaN]) assert.equal(present(value, "is there"), value);
    assert.throws(() => present(undefined, "is there"), AssertionError);
    assert.throws(() => present(null, "is there"), AssertionError);
  });

  it("name a value that the types did not expect", () => {
    const value: unknown = { kind: "new" };
    assert.throws(() => assertNever(value as never), /unreachable value \{"kind":"new"\}/);
  });
});

describe("tokenMatrix", () => {
  it("holds whole rows only", () => {
    const matrix = tokenMatrix(new Float32Array(12), 4);
    assert.equal(matrix.rowCount, 3);
    assert.equal(tokenMatrix(new Float32Array(0), 4).rowCount, 0);
    assert.throws(() => tokenMatrix(new Float32Array(13), 4), AssertionError);
    assert.throws(() => tokenMatrix(new Float32Array(4), 0), AssertionError);
  });
});
