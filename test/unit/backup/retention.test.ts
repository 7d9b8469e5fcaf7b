// Which backups expire: by number and by age, whatever the clocks say.

import assert from "node:assert/strict";

import { expired } from "../../../src/backup/remove.js";
import type { ListedBackup } from "../../../src/backup/list.js";

const dayMs = 86_400_000;

describe("expired backups", () => {
  const daily = Array.from({ length: 10 }, (_, age) => backup({ age }));

  it("are those beyond the newest that are kept", () => {
    assert.deepEqual(agesOf(expired(daily, daily[0]!, { keepLast: 7, keepMs: 0 })), [7, 8, 9]);
  });

  it("do not include those that are young enough", () => {
    const retention = { keepLast: 2, keepMs: 8 * dayMs };
    assert.deepEqual(agesOf(expired(daily, daily[0]!, retention)), [9]);
  });

  it("are of the same collection, and never those that a caller named", () => {
    const others = [backup({ age: 20, collection: "other" }), backup({ age: 20, isNamed: true })];
    const all = [...daily.slice(0, 2), ...others];
    assert.deepEqual(expired(all, daily[0]!, { keepLast: 1, keepMs: 0 }), [daily[1]!]);
  });

  it("never include the newest ones, however far apart the times are", () => {
    const jumped = [backup({ age: -4000 }), ...daily];
    const retention = { keepLast: 3, keepMs: 30 * dayMs };
    assert.deepEqual(agesOf(expired(jumped, jumped[0]!, retention)), [2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(expired(daily.slice(0, 3), daily[0]!, { keepLast: 3, keepMs: 0 }), []);
  });
});

function agesOf(backups: readonly ListedBackup[]): number[] {
  return backups.map(({ modifiedMs }) => -modifiedMs / dayMs);
}

function backup(of: { age: number; collection?: string; isNamed?: boolean }): ListedBackup {
  const { age, collection = "docs", isNamed = false } = of;
  const name = `${collection}-${Math.abs(age)}`;
  return {
    place: { name, id: "0123456789abcdef" },
    modifiedMs: -age * dayMs,
    manifest: {
      name,
      collection,
      isNamed,
      lastSequence: 1,
      bytes: 1,
      partBytes: 1,
      parts: ["0".repeat(64)],
    },
  };
}
