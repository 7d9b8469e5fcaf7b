// What a start meets in a data folder and did not write, or cannot use: it is left and named, and
// everything else is served.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { open as openLmdb } from "lmdb";

import { checkDataFolder } from "../../src/app/check.js";
import type { FindingKind } from "../../src/core/readiness.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { seededDocuments } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 3, count: 5, dim });

describe("a data folder with what Sluice did not write", () => {
  const folder = useTemporaryFolder();
  let engine: InlineEngine | undefined;
  const data = (): string => join(folder(), "data");
  const at = (...names: string[]): string => join(data(), ...names);
  const close = async (): Promise<void> => {
    await engine?.close();
    engine = undefined;
  };
  const open = async (): Promise<InlineEngine> => {
    await close();
    return (engine = await openInlineEngine(data()));
  };
  afterEach(close);

  const fill = async (name: string): Promise<void> => {
    const { api } = await open();
    await api.createCollection({ name, dim, ifNotExists: false });
    for (const document of documents) await api.put(name, document);
  };
  /** Two collections, and the folder of the first; everything is closed. */
  const writeTwo = async (): Promise<string> => {
    await fill("docs");
    const [first = ""] = readdirSync(at("collections"));
    await fill("others");
    await close();
    return at("collections", first);
  };
  const isServed = ({ api }: InlineEngine, name: string): void => {
    assert.equal(api.describeCollection(name).documentCount, documents.length);
  };
  const findings = ({ api }: InlineEngine): string[] =>
    api.readiness().findings.map(({ place, kind }) => `${place} ${kind}`);

  const strangers: [what: string, kind: FindingKind, place: string, make: (p: string) => void][] = [
    ["a folder with a file", "foreign", "collections/my-backup", folderWith("important.txt")],
    ["an empty folder", "foreign", "collections/empty", (p) => mkdirSync(p)],
    ["a file among the collections", "foreign", "collections/notes.txt", fileAt],
    ["a hidden file", "foreign", "collections/.DS_Store", fileAt],
    ["an archive beside them", "foreign", "collections/docs.tar.gz", fileAt],
    [
      "a folder that is named like one of ours",
      "foreign",
      "collections/0123456789abcdef",
      folderWith("a.txt"),
    ],
    ["another program's data", "damaged", "collections/theirs", folderWith("data.mdb")],
    ["an empty data file", "damaged", "collections/0123456789abcdee", emptyDataFile],
    ["a link to a file", "link", "collections/to-file", (p) => linkTo(p, fileAt)],
    [
      "a link to a folder",
      "link",
      "collections/to-folder",
      (p) => linkTo(p, folderWith("data.mdb")),
    ],
    ["a link to nothing", "link", "collections/to-nothing", (p) => symlinkSync(`${p}-missing`, p)],
    ["work that was being prepared", "unfinished", "preparing/theirs", folderWith("data.mdb")],
    ["a file in preparing", "foreign", "preparing/notes.txt", fileAt],
    ["a link in preparing", "link", "preparing/link", (p) => linkTo(p, folderWith("a.txt"))],
    ["a folder among the snapshots", "foreign", "snapshots/theirs", folderWith("a.txt")],
    [
      "a copy without a description",
      "unfinished",
      "snapshots/unfinished-x",
      folderWith("data.mdb"),
    ],
    ["a description without data", "damaged", "snapshots/half", folderWith("snapshot.json")],
    ["a file among the snapshots", "foreign", "snapshots/a.txt", fileAt],
    ["a link among the snapshots", "link", "snapshots/link", (p) => linkTo(p, folderWith("a.txt"))],
    ["a file in the data folder", "foreign", "readme.txt", fileAt],
    ["a folder in the data folder", "foreign", "old", folderWith("data.mdb")],
    ["a link in the data folder", "link", "link", (p) => linkTo(p, folderWith("a.txt"))],
  ];
  for (const [what, kind, place, make] of strangers)
    it(`leaves ${what} alone and names it`, async () => {
      await writeTwo();
      mkdirSync(dirname(at(place)), { recursive: true });
      make(at(place));
      const before = contents(data());
      const opened = await open();
      assert.deepEqual(findings(opened), [`${place} ${kind}`]);
      for (const name of ["docs", "others"]) isServed(opened, name);
      await close();
      const lost = [...before].filter(([path, text]) => contents(data()).get(path) !== text);
      assert.deepEqual(
        lost.filter(([path]) => path.startsWith(at(place))),
        [],
      );
    });

  const damages: [what: string, fault: RegExp, damage: (collection: string) => void][] = [
    ["is empty", /data\.mdb is empty/, (p) => truncateSync(join(p, "data.mdb"), 0)],
    ["is gone", /data\.mdb is missing/, (p) => rmSync(join(p, "data.mdb"))],
    ["was moved", /data\.mdb is missing/, (p) => renameSync(join(p, "data.mdb"), join(p, "x.mdb"))],
    ["was cut off", /data\.mdb lacks what belongs/, (p) => truncateSync(join(p, "data.mdb"), 9000)],
    ["was overwritten", /begin as LMDB/, (p) => writeFileSync(join(p, "data.mdb"), "text")],
    [
      "is another program's",
      /holds no collection/,
      (p) => cpSync(join(otherProgram(), "data.mdb"), join(p, "data.mdb")),
    ],
    ["is a link", /data\.mdb is a link/, (p) => linkTo(join(p, "data.mdb"), fileAt)],
    ["is a folder", /data\.mdb is not a file/, folderInPlaceOfData],
    ["is another collection's", /is that of collection "others"/, otherCollectionsData],
    [
      "has a lock that is a link",
      /lock\.mdb is no file/,
      (p) => linkTo(join(p, "lock.mdb"), fileAt),
    ],
  ];
  const otherProgram = (): string => join(folder(), "other-program");
  function otherCollectionsData(path: string): void {
    const other = readdirSync(at("collections"))
      .map((entry) => at("collections", entry))
      .find((one) => one !== path);
    cpSync(join(other ?? "", "data.mdb"), join(path, "data.mdb"));
  }
  for (const [what, fault, damage] of damages)
    it(`refuses by name a collection whose data ${what}, and serves the others`, async () => {
      const path = await writeTwo();
      await writeOtherProgram(otherProgram());
      damage(path);
      const before = contents(path);
      const opened = await open();
      const { api } = opened;
      isServed(opened, "others");
      const refused = hasReason("DATA_CORRUPT", fault);
      assert.throws(() => api.describeCollection("docs"), refused);
      await assert.rejects(api.get("docs", ["a"]), refused);
      await assert.rejects(async () => api.put("docs", documents[0]!), refused);
      await assert.rejects(api.dropCollection("docs"), refused);
      await assert.rejects(
        api.createCollection({ name: "docs", dim, ifNotExists: false }),
        refused,
      );
      await assert.rejects(api.createCollection({ name: "docs", dim, ifNotExists: true }), refused);
      assert.deepEqual(
        api.refusedCollections().map(({ name, reason }) => `${name} ${reason}`),
        ["docs DATA_CORRUPT"],
      );
      const told = [...api.refusedCollections(), ...api.readiness().findings];
      for (const { message } of told) assert.ok(!message.includes(folder()), message);
      assert.ok(findings(opened).some((one) => /^collections\/[0-9a-f]{16} damaged$/.test(one)));
      await close();
      assert.deepEqual(contents(path), before);
    });

  it("is told by a check, and a repair changes nothing of it", async () => {
    const path = await writeTwo();
    for (const [, , place, make] of strangers) {
      mkdirSync(dirname(at(place)), { recursive: true });
      make(at(place));
    }
    writeFileSync(join(path, "data.mdb"), "text");
    const before = contents(data());
    const opened = await open();
    const { findings: told } = opened.api.readiness();
    assert.equal(told.length, strangers.length + 1);
    await close();
    const report = await checkDataFolder(data(), { isRepair: true });
    assert.deepEqual(report.findings, told);
    assert.equal(report.isSound, false);
    assert.deepEqual(contents(data()), before);
  });

  it("serves neither of two folders of one name until one is removed", async () => {
    const path = await writeTwo();
    const copy = at("collections", "zcopy");
    cpSync(path, copy, { recursive: true });
    const opened = await open();
    const { api } = opened;
    isServed(opened, "others");
    const refused = hasReason("NAME_AMBIGUOUS", /collections\/[0-9a-f]{16} and collections\/zcopy/);
    assert.throws(() => api.describeCollection("docs"), refused);
    await assert.rejects(async () => api.put("docs", documents[0]!), refused);
    await assert.rejects(api.createCollection({ name: "docs", dim, ifNotExists: true }), refused);
    assert.equal(findings(opened).filter((one) => one.endsWith("duplicate")).length, 2);
    await close();
    assert.equal((await checkDataFolder(data())).isSound, false);
    rmSync(path, { recursive: true });
    const again = await open();
    isServed(again, "docs");
    assert.deepEqual(findings(again), []);
    await again.api.dropCollection("docs");
    assert.equal(existsSync(copy), false);
  });

  it("drops a collection without what others have put into its folder", async () => {
    const path = await writeTwo();
    for (const make of [fileAt, folderWith("data.mdb")])
      make(join(path, make === fileAt ? "data.mdb.bak" : "backup"));
    const opened = await open();
    assert.equal(findings(opened).length, 2);
    isServed(opened, "docs");
    await opened.api.dropCollection("docs");
    assert.deepEqual(readdirSync(path).sort(), ["backup", "data.mdb.bak"]);
    assert.ok(existsSync(join(path, "backup", "data.mdb")));
    const again = await open();
    assert.throws(() => again.api.describeCollection("docs"), hasReason("COLLECTION_NOT_FOUND"));
    assert.equal(findings(again).length, 1);
    await again.api.createCollection({ name: "docs", dim, ifNotExists: false });
  });

  it("uses neither of two snapshots of one name", async () => {
    await writeTwo();
    const { api } = await open();
    for await (const progress of api.snapshot("docs", "nightly")) assert.ok(progress);
    await close();
    const [id = ""] = readdirSync(at("snapshots"));
    cpSync(at("snapshots", id), at("snapshots", "zcopy"), { recursive: true });
    const again = await open();
    assert.equal(findings(again).filter((one) => one.endsWith("duplicate")).length, 2);
    const refused = hasReason("NAME_AMBIGUOUS", /snapshots\/[0-9a-f]{16} and snapshots\/zcopy/);
    assert.throws(() => again.api.deleteSnapshot("nightly"), refused);
    await assert.rejects(async () => {
      for await (const progress of again.api.restore("nightly", "docs2")) assert.ok(progress);
    }, refused);
    assert.equal(existsSync(at("snapshots", "zcopy")), true);
  });

  it("makes no snapshot and restores none where a link is in the way", async () => {
    await writeTwo();
    for (const entry of ["snapshots", "preparing"]) linkTo(at(entry), folderWith("a.txt"));
    const opened = await open();
    assert.deepEqual(findings(opened), ["preparing link", "snapshots link"]);
    await assert.rejects(async () => {
      for await (const progress of opened.api.snapshot("docs", "nightly")) assert.ok(progress);
    });
    assert.deepEqual(readdirSync(at("snapshots")), ["a.txt"]);
    isServed(opened, "docs");
  });
});

function fileAt(path: string): void {
  writeFileSync(path, "precious");
}

function folderWith(name: string): (path: string) => void {
  return (path) => {
    mkdirSync(path);
    fileAt(join(path, name));
  };
}

function emptyDataFile(path: string): void {
  mkdirSync(path);
  writeFileSync(join(path, "data.mdb"), "");
}

function folderInPlaceOfData(path: string): void {
  rmSync(join(path, "data.mdb"));
  folderWith("a.txt")(join(path, "data.mdb"));
}

/** A link in the place of what is there, to something outside of the data folder. */
function linkTo(path: string, make: (path: string) => void): void {
  const target = path.replace("/data/", "/targets/");
  mkdirSync(dirname(target), { recursive: true });
  rmSync(path, { force: true, recursive: true });
  make(target);
  symlinkSync(target, path);
}

/** Every file below by path, with a sum of its bytes; LMDB's table of readers is not data. */
function contents(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "lock.mdb" && entry.name !== "LOCK")
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(
    files.map((file) => [file, createHash("sha256").update(readFileSync(file)).digest("hex")]),
  );
}

async function writeOtherProgram(path: string): Promise<void> {
  const root = openLmdb<string, string>({ path });
  await root.put("key", "value of another program");
  await root.close();
}
