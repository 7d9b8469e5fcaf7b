import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { lockFolder } from "../../src/store/folder-lock.js";
import { startChild } from "../support/child.js";
import type { Child } from "../support/child.js";
import { hasReason } from "../support/errors.js";
import { withTemporaryFolder } from "../support/temporary-folder.js";

const holderProgram = new URL("../support/lock-holder.js", import.meta.url);

async function startHolder(folder: string): Promise<Child> {
  const child = startChild(holderProgram, [folder]);
  assert.equal(await child.nextLine(), "ready");
  child.send("lock");
  assert.equal(await child.nextLine(), "held");
  return child;
}

/** A pid that no process has: that of a child which has ended. */
async function deadPid(folder: string): Promise<number> {
  const child = await startHolder(folder);
  child.send();
  await child.ended;
  return child.pid;
}

function linkToOwnFile(path: string): void {
  writeFileSync(`${path}.txt`, JSON.stringify({ pid: 1, started: "1" }));
  symlinkSync(`${path}.txt`, path);
}

describe("lockFolder", () => {
  it("is exclusive within a process, and free again after release", () =>
    withTemporaryFolder(async (folder) => {
      const lock = lockFolder(folder);
      assert.throws(
        () => lockFolder(folder),
        hasReason("DATA_FOLDER_LOCKED", new RegExp(`is held by process ${process.pid};`)),
      );
      lock.release();
      assert.deepEqual(readdirSync(folder), []);
      lockFolder(folder).release();
      await Promise.resolve();
    }));

  it("is exclusive between processes, and names the holder", () =>
    withTemporaryFolder(async (folder) => {
      const child = await startHolder(folder);
      assert.throws(
        () => lockFolder(folder),
        hasReason("DATA_FOLDER_LOCKED", new RegExp(`is held by process ${child.pid};`)),
      );
      child.send("release");
      assert.equal(await child.nextLine(), "released");
      lockFolder(folder).release();
      child.send();
      assert.equal(await child.ended, 0);
    }));

  it("leaves another's lock alone when refused", () =>
    withTemporaryFolder(async (folder) => {
      const lock = lockFolder(folder);
      const before = readFileSync(join(folder, "LOCK"), "utf8");
      const child = startChild(holderProgram, [folder]);
      child.send("lock");
      assert.equal(await child.nextLine(), "ready");
      assert.match(await child.nextLine(), /^DATA_FOLDER_LOCKED .*is held by process/);
      child.send();
      await child.ended;
      assert.equal(readFileSync(join(folder, "LOCK"), "utf8"), before);
      assert.deepEqual(readdirSync(folder), ["LOCK"]);
      lock.release();
    }));

  it("takes over from a process that was killed", () =>
    withTemporaryFolder(async (folder) => {
      const child = await startHolder(folder);
      child.kill("SIGKILL");
      assert.equal(await child.ended, "SIGKILL");
      lockFolder(folder).release();
      assert.deepEqual(readdirSync(folder), []);
    }));

  it("takes over from a process whose pid is another's by now", () =>
    withTemporaryFolder(async (folder) => {
      writeFileSync(join(folder, "LOCK"), JSON.stringify({ pid: process.pid, started: "1" }));
      lockFolder(folder).release();
      await Promise.resolve();
    }));

  for (const garbage of [
    "",
    "\0\0\0\0",
    "{",
    '{"pid":"x","started":1}',
    '{"pid":-1,"started":""}',
    '{"pid":12',
  ])
    it(`takes over a lock file that says ${JSON.stringify(garbage)}`, () =>
      withTemporaryFolder(async (folder) => {
        writeFileSync(join(folder, "LOCK"), garbage);
        lockFolder(folder).release();
        assert.deepEqual(readdirSync(folder), []);
        await Promise.resolve();
      }));

  const foreign: [what: string, make: (path: string) => void][] = [
    ["a file of another program", (path) => writeFileSync(path, "1234\n")],
    ["a link to nothing", (path) => symlinkSync(`${path}-missing`, path)],
    ["a link to a file of it", linkToOwnFile],
    ["a folder", (path) => mkdirSync(path)],
  ];
  for (const [what, make] of foreign)
    it(`leaves ${what} of that name alone, and says so`, () =>
      withTemporaryFolder(async (folder) => {
        make(join(folder, "LOCK"));
        const before = readdirSync(folder);
        const refused = hasReason("DATA_FOLDER_LOCKED", /LOCK that Sluice did not write/);
        assert.throws(() => lockFolder(folder), refused);
        assert.deepEqual(readdirSync(folder), before);
        await Promise.resolve();
      }));

  it("takes over also where the last one to take over was killed doing so", () =>
    withTemporaryFolder(async (folder) => {
      const pid = await deadPid(folder);
      writeFileSync(join(folder, "LOCK"), JSON.stringify({ pid, started: "1" }));
      writeFileSync(join(folder, "LOCK.guard"), JSON.stringify({ pid, started: "2" }));
      lockFolder(folder).release();
      assert.deepEqual(readdirSync(folder), []);
    }));

  it("says what is wrong with a folder that cannot be locked", () =>
    withTemporaryFolder(async (folder) => {
      assert.throws(
        () => lockFolder(join(folder, "missing")),
        hasReason("DATA_FOLDER_UNAVAILABLE", /cannot lock .*missing/),
      );
      await Promise.resolve();
    }));

  it("is won by exactly one of several starters on a dead holder's lock", () =>
    withTemporaryFolder(async (folder) => {
      const pid = await deadPid(folder);
      for (let round = 0; round < 3; round += 1) {
        writeFileSync(join(folder, "LOCK"), JSON.stringify({ pid, started: "1" }));
        const children = Array.from({ length: 6 }, () => startChild(holderProgram, [folder]));
        for (const child of children) assert.equal(await child.nextLine(), "ready");
        for (const child of children) child.send("lock");
        const answers = await Promise.all(children.map((child) => child.nextLine()));
        assert.equal(answers.filter((answer) => answer === "held").length, 1, answers.join("\n"));
        for (const answer of answers) assert.match(answer, /^held$|^DATA_FOLDER_LOCKED /);
        for (const child of children) child.send();
        await Promise.all(children.map((child) => child.ended));
        assert.deepEqual(readdirSync(folder), []);
      }
    }));
});
