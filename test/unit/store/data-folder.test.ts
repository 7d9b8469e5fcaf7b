import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { openDataFolder } from "../../../src/store/data-folder.js";
import type { DataFolder } from "../../../src/store/data-folder.js";
import { useTemporaryFolder } from "../../support/each-test-folder.js";
import { hasReason } from "../../support/errors.js";

describe("openDataFolder", () => {
  const folder = useTemporaryFolder();
  let opened: DataFolder | undefined;
  afterEach(() => {
    opened?.close();
    opened = undefined;
  });
  const open = (path = folder()): DataFolder => {
    opened?.close();
    opened = undefined;
    return (opened = openDataFolder(path));
  };

  it("makes what is missing, for its owner only", () => {
    const path = join(folder(), "deep", "data");
    const data = open(path);
    assert.deepEqual(data.found, []);
    const made = data.beginCollection("a");
    for (const one of [path, join(path, "collections"), made])
      assert.equal(statSync(one).mode & 0o777, 0o700, one);
    assert.equal(statSync(join(path, "LOCK")).mode & 0o777, 0o600);
  });

  it("deletes at the next start what was begun and not finished", () => {
    const data = open();
    const folders = [data.beginCollection("a"), data.prepareFolder("b"), data.snapshots.begin("c")];
    for (const path of folders) writeFileSync(join(path, "data.mdb"), "half");
    assert.deepEqual(open().findings(), []);
    for (const path of folders) assert.equal(existsSync(path), false, path);
  });

  it("leaves what others have put into unfinished work, and names it", () => {
    const data = open();
    const folders = [data.beginCollection("a"), data.prepareFolder("b"), data.snapshots.begin("c")];
    for (const path of folders) {
      writeFileSync(join(path, "data.mdb"), "half");
      writeFileSync(join(path, "notes.txt"), "mine");
    }
    const found = open().findings();
    for (const path of folders) assert.deepEqual(readdirSync(path), ["notes.txt"]);
    assert.deepEqual(
      found.map(({ place, kind }) => `${place} ${kind}`),
      ["collections/a foreign", "preparing/b foreign", "snapshots/unfinished-c foreign"],
    );
  });

  it("does not believe the mark of another folder", () => {
    const data = open();
    const mark = "unfinished.json";
    const text = JSON.stringify({ program: "sluice", folder: "other", work: "making" });
    for (const place of ["collections/x", "preparing/x", "snapshots/unfinished-x"]) {
      mkdirSync(join(folder(), place), { recursive: true });
      writeFileSync(join(folder(), place, mark), `${text}\n`);
      writeFileSync(join(folder(), place, "data.mdb"), "precious");
    }
    data.close();
    assert.equal(open().findings().length, 3);
    assert.ok(existsSync(join(folder(), "collections", "x", "data.mdb")));
    assert.ok(existsSync(join(folder(), "preparing", "x", "data.mdb")));
    assert.ok(existsSync(join(folder(), "snapshots", "unfinished-x", "data.mdb")));
  });

  it("goes on with a deletion that was interrupted", () => {
    const path = open().beginCollection("a");
    const text = JSON.stringify({ program: "sluice", folder: "a", work: "deleting" });
    writeFileSync(join(path, "unfinished.json"), `${text}\n`);
    writeFileSync(join(path, "data.mdb"), "half gone");
    assert.deepEqual(open().findings(), []);
    assert.equal(existsSync(path), false);
  });

  it("deletes no link and no folder that bears the name of a file of its own", () => {
    const data = open();
    const path = data.beginCollection("a");
    const target = join(folder(), "target");
    writeFileSync(target, "precious");
    symlinkSync(target, join(path, "data.mdb"));
    mkdirSync(join(path, "lock.mdb"));
    data.removeCollectionFolder(path);
    assert.deepEqual(readdirSync(path).sort(), ["data.mdb", "lock.mdb"]);
    assert.ok(existsSync(target));
    assert.deepEqual(
      data.findings().map(({ place }) => place),
      ["collections/a"],
    );
  });

  it("removes a folder of its own", () => {
    const data = open();
    const path = data.beginCollection("a");
    writeFileSync(join(path, "data.mdb"), "content");
    data.removeCollectionFolder(path);
    assert.equal(existsSync(path), false);
  });

  it("is held by one at a time", () => {
    open();
    assert.throws(() => openDataFolder(folder()), hasReason("DATA_FOLDER_LOCKED"));
    open();
  });

  it("says which path is no folder", () => {
    const path = join(folder(), "file");
    writeFileSync(path, "content");
    assert.throws(() => open(path), hasReason("INTERNAL", /data folder .*file/));
  });

  it("takes from others what they could read, and tells it", () => {
    open().close();
    opened = undefined;
    for (const entry of ["collections", "snapshots", "preparing"])
      mkdirSync(join(folder(), entry), { recursive: true });
    const modes = (): number[] =>
      ["", "collections"].map((e) => statSync(join(folder(), e)).mode & 0o77);
    chmodAll(folder());
    assert.match(open().notes.join(), /4 files and folders .* were closed/);
    assert.deepEqual(modes(), [0, 0]);
    assert.deepEqual(open().notes, []);
  });

  it("leaves a folder open to others in which they have files", () => {
    open().close();
    opened = undefined;
    writeFileSync(join(folder(), "theirs.txt"), "theirs", { mode: 0o644 });
    chmodAll(folder());
    const data = open();
    assert.equal(statSync(folder()).mode & 0o777, 0o755);
    assert.equal(statSync(join(folder(), "collections")).mode & 0o777, 0o700);
    assert.deepEqual(
      data.findings().map(({ place, kind }) => `${place} ${kind}`),
      ["theirs.txt foreign"],
    );
  });
});

function chmodAll(folder: string): void {
  for (const entry of ["", "collections", "snapshots", "preparing"])
    if (existsSync(join(folder, entry))) chmodSync(join(folder, entry), 0o755);
}
