// When scheduled backups begin after a start.

import assert from "node:assert/strict";

import { restOfInterval } from "../../../src/app/backup-schedule.js";

const hourMs = 3_600_000;

describe("the first wait of the backup schedule", () => {
  const nowMs = Date.UTC(2026, 2, 1);
  const rest = (names: readonly string[], agesMs: Readonly<Record<string, number>>): number => {
    const backups = Object.entries(agesMs).map(([collection, ageMs]) => ({
      collection,
      createdMs: nowMs - ageMs,
    }));
    return restOfInterval(24 * hourMs, { names, backups, nowMs });
  };

  it("is what is left of the interval since the newest backup of each collection", () => {
    assert.equal(rest(["docs"], { docs: 20 * hourMs }), 4 * hourMs);
    assert.equal(rest(["docs", "notes"], { docs: hourMs, notes: 20 * hourMs }), 4 * hourMs);
  });

  it("is none while a collection has no backup, or one that is too old", () => {
    assert.equal(rest(["docs", "notes"], { docs: hourMs }), 0);
    assert.equal(rest(["docs"], { docs: 30 * hourMs }), 0);
  });

  it("is one interval at most, also for backups of the future and without collections", () => {
    assert.equal(rest(["docs"], { docs: -1000 * hourMs }), 24 * hourMs);
    assert.equal(rest([], { docs: 30 * hourMs }), 24 * hourMs);
  });
});
