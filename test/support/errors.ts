// Expectations about errors with a stable reason.

import assert from "node:assert/strict";

import { SluiceError } from "../../src/core/errors.js";
import type { ErrorReason } from "../../src/core/errors.js";

/** For assert.throws and assert.rejects: the error has this reason, and its message matches. */
export function hasReason(reason: ErrorReason, message = /./): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof SluiceError, `not a SluiceError: ${String(error)}`);
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, message);
    return true;
  };
}
