import assert from "node:assert/strict";

import { status } from "@grpc/grpc-js";

import { errorTable, isSluiceError, SluiceError } from "../../../src/core/errors.js";

const rows = Object.entries(errorTable);

describe("errorTable", () => {
  it("says of every reason what it means and what to do, in whole sentences", () => {
    for (const [reason, { meaning, remedy }] of rows) {
      assert.match(reason, /^[A-Z]+(_[A-Z]+)*$/);
      assert.match(meaning, /^[A-Z].{10,}\.$/, reason);
      assert.match(remedy, /^[A-Z].{5,}\.$/, reason);
    }
  });

  it("says different things of different reasons", () => {
    assert.equal(new Set(rows.map(([, { meaning }]) => meaning)).size, rows.length);
  });

  it("uses the names of gRPC's status codes, and never OK", () => {
    for (const [reason, row] of rows) {
      assert.ok(row.status in status, `${reason} has status ${row.status}`);
      assert.notEqual(status[row.status], status.OK);
    }
  });

  it("calls retryable only what may pass by itself", () => {
    const passing = ["RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "UNAVAILABLE", "INTERNAL"];
    for (const [reason, row] of rows)
      if (row.retryable) assert.ok(passing.includes(row.status), reason);
  });

  it("calls lost data what it is", () => {
    const lost = rows.filter(([, row]) => row.status === "DATA_LOSS").map(([reason]) => reason);
    assert.deepEqual(lost, ["DATA_CORRUPT"]);
  });
});

describe("SluiceError", () => {
  it("carries reason, field and cause", () => {
    const cause = new Error("below");
    const error = new SluiceError("INVALID_KEY", "a document key is empty", {
      field: "key",
      cause,
    });
    assert.equal(error.reason, "INVALID_KEY");
    assert.equal(error.field, "key");
    assert.equal(error.cause, cause);
    assert.equal(error.name, "SluiceError");
    assert.equal(String(error), "SluiceError: a document key is empty");
  });

  it("has no cause where there is none", () => {
    const error = new SluiceError("NOT_READY", "starting");
    assert.equal("cause" in error, false);
    assert.equal(error.field, undefined);
  });

  it("is told from other errors", () => {
    assert.equal(isSluiceError(new SluiceError("NOT_READY", "starting")), true);
    for (const other of [new Error("x"), undefined, null, "NOT_READY", { reason: "NOT_READY" }])
      assert.equal(isSluiceError(other), false);
  });
});
