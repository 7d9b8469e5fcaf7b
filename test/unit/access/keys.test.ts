// API keys: their form, their file, and what a running server makes of a change.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeKey, readKey } from "../../../src/access/api-key.js";
import { keyFilePath } from "../../../src/access/key-file.js";
import { openKeyRing } from "../../../src/access/key-ring.js";
import type { KeyRing } from "../../../src/access/key-ring.js";
import { createKey, listKeys, revokeKey } from "../../../src/access/manage-keys.js";
import type { NewKey } from "../../../src/access/manage-keys.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";

const asked: NewKey = {
  name: "test",
  scopes: ["read:docs"],
  filter: "",
  lifetimeMs: undefined,
  rate: undefined,
  concurrency: undefined,
};

function rethrow(error: unknown): never {
  throw error;
}

describe("API keys", () => {
  const folder = useTemporaryFolder();
  const rings: KeyRing[] = [];
  afterEach(() => {
    for (const ring of rings.splice(0)) ring.close();
  });

  function open(onFailure: (error: unknown) => void = rethrow): KeyRing {
    const onReload = (): void => undefined;
    const ring = openKeyRing({ dataFolder: folder(), pollMs: 10, onReload, onFailure });
    rings.push(ring);
    return ring;
  }

  it("are told by their form, which one wrong letter breaks", () => {
    const { text, id } = makeKey();
    assert.match(text, /^sluice_[0-9a-f]{16}_[0-9a-f]{72}$/);
    assert.equal(readKey(text)?.id, id);
    for (let i = 0; i < text.length; i += 1) {
      const other = text[i] === "0" ? "1" : "0";
      assert.equal(readKey(text.slice(0, i) + other + text.slice(i + 1)), undefined);
    }
    assert.notEqual(makeKey().text, text);
  });

  it("lie in a file of the owner's, without their secret", async () => {
    const { text, key } = await createKey(folder(), asked, Date.now());
    const file = readFileSync(keyFilePath(folder()), "utf8");
    assert.ok(file.includes(key.id));
    assert.ok(!file.includes(text.split("_")[2]!.slice(0, 64)));
    assert.equal(statSync(keyFilePath(folder())).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder(), "access")).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(join(folder(), "access")), ["keys.json"]);
    assert.ok(!JSON.stringify(listKeys(folder())).includes("hash"));
  });

  it("are all kept when many are made at the same time", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `key ${i}`);
    await Promise.all(names.map((name) => createKey(folder(), { ...asked, name }, Date.now())));
    const found = listKeys(folder()).map(({ name }) => name);
    assert.deepEqual(found.sort(), names);
  });

  const wrong: readonly Partial<NewKey>[] = [
    { name: "" },
    { name: "two\nlines" },
    { scopes: [] },
    { scopes: ["read"] },
    { scopes: ["own:docs"] },
    { scopes: ["read:Docs"] },
    { scopes: ["read:a*b"] },
    { scopes: ["metrics:docs"] },
    { scopes: ["admin:docs"], filter: "a = 1" },
    { scopes: ["read:docs", "metrics"], filter: "a = 1" },
    { filter: "a =" },
  ];
  for (const parts of wrong)
    it(`are not made with ${JSON.stringify(parts)}`, async () => {
      await assert.rejects(createKey(folder(), { ...asked, ...parts }, Date.now()), {
        name: "SluiceError",
      });
      assert.deepEqual(listKeys(folder()), []);
    });

  it("are known and revoked while a server runs", async () => {
    const ring = open();
    assert.equal(ring.isUsed(), false);
    const { text, key } = await createKey(folder(), asked, Date.now());
    while (!ring.isUsed()) await sleep(5);
    const found = ring.find(text)!;
    assert.equal(found.identity.name, `key:${key.id}`);
    assert.equal(ring.isKept(found), true);
    assert.equal(ring.find(makeKey().text), undefined);
    assert.equal(ring.find(`${text} `), undefined);
    await revokeKey(folder(), key.id, Date.now());
    while (ring.isKept(found)) await sleep(5);
    assert.equal(ring.find(text)?.isRevoked, true);
    await assert.rejects(revokeKey(folder(), "0000000000000000", Date.now()), {
      reason: "INVALID_CONFIG",
    });
  });

  it("stay as they were when their file is damaged, emptied or gone", async () => {
    const { text } = await createKey(folder(), asked, Date.now());
    const failures: unknown[] = [];
    const ring = open((error) => failures.push(error));
    const path = keyFilePath(folder());
    const whole = readFileSync(path, "utf8");
    const broken = [whole.slice(0, 100), "{}", whole.replace("read:docs", "own:docs"), ""];
    for (const content of [...broken, '{"version":1,"keys":[]}']) {
      const before = failures.length;
      writeFileSync(path, content);
      while (failures.length === before) await sleep(5);
      assert.ok(ring.find(text) !== undefined && ring.isUsed(), content);
    }
    rmSync(path);
    await createKey(folder(), asked, Date.now());
    while (ring.find(text) !== undefined) await sleep(5);
    assert.ok(failures.every((error) => !String(error).includes(text.slice(24, 60))));
  });

  it("keep the door shut at a start when their file cannot be used", async () => {
    await createKey(folder(), asked, Date.now());
    const path = keyFilePath(folder());
    writeFileSync(path, readFileSync(path, "utf8").slice(0, -20));
    assert.throws(() => open(), { reason: "DATA_CORRUPT" });
    await assert.rejects(createKey(folder(), asked, Date.now()), { reason: "DATA_CORRUPT" });
  });
});
