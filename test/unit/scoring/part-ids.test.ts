import assert from "node:assert/strict";

import { toSequence } from "../../../src/core/ids.js";
import { packTerms } from "../../../src/analysis/term-frequencies.js";
import { LiveSegment } from "../../../src/index/live-segment.js";
import type { SegmentPart } from "../../../src/index/segment-parts.js";
import { createPartCache, toReferences } from "../../../src/scoring/part-cache.js";
import type { ResolvedParts } from "../../../src/scoring/part-cache.js";
import { createPartIds } from "../../../src/scoring/part-ids.js";
import { segmentsOf } from "../../support/passage-places.js";

describe("createPartIds", () => {
  it("gives a live segment one number while its buffers stay, and a new one when they grow", () => {
    const retired: number[] = [];
    const ids = createPartIds((id) => retired.push(id));
    const part = livePart();
    const id = ids.idOf(part);
    assert.equal(ids.idOf({ ...part, ordinalCount: 1, tombstones: new SharedArrayBuffer(1) }), id);
    assert.deepEqual(retired, []);
    const grown = { ...part, sketches: new SharedArrayBuffer(64) };
    const next = ids.idOf(grown);
    assert.notEqual(next, id);
    assert.deepEqual(retired, [id]);
    assert.equal(ids.idOf(grown), next);
  });

  it("never gives a number twice", () => {
    const ids = createPartIds(() => undefined);
    const numbers = Array.from({ length: 20 }, () => ids.idOf(livePart()));
    assert.equal(new Set(numbers).size, 20);
  });
});

describe("createPartCache", () => {
  it("asks for what it lacks, keeps what it gets, and forgets what is retired", () => {
    const cache = createPartCache();
    const part = livePart();
    const references = toReferences([part], () => 7);
    assert.deepEqual(cache.resolve(references), { kind: "missing", places: [0] });
    const bodies = new Map([[0, part]]);
    assert.equal(cache.resolve({ ...references, bodies }).kind, "parts");
    assert.deepEqual(partsOf(cache.resolve(references)), [part]);
    cache.retire(7);
    assert.deepEqual(cache.resolve(references), { kind: "missing", places: [0] });
  });

  it("knows many parts apart, some of them with deletes", () => {
    const cache = createPartCache();
    const parts = [undefined, new SharedArrayBuffer(1), undefined, new SharedArrayBuffer(2)].map(
      (tombstones) => ({ ...livePart(), tombstones }),
    );
    const idOf = (one: SegmentPart): number => parts.findIndex((each) => each === one) + 3;
    const references = toReferences(parts, idOf);
    const bodies = new Map(parts.entries());
    bodies.delete(2);
    assert.deepEqual(cache.resolve({ ...references, bodies }), { kind: "missing", places: [2] });
    bodies.set(2, parts[2]!);
    assert.deepEqual(partsOf(cache.resolve({ ...references, bodies })), parts);
  });

  it("gives each task the passages and deletes of its own generation", () => {
    const cache = createPartCache();
    const live = new LiveSegment(64);
    const append = (key: string): void =>
      live.append({
        sequence: toSequence(1),
        key,
        passageNumber: 0,
        span: { start: 0, end: 1 },
        tokenCount: 1,
        codes: Uint8Array.of(1, 2),
        sketch: Uint8Array.of(3, 4),
        fields: new Map(),
        terms: packTerms({ terms: ["a"], counts: [2], positions: [0, 1], length: 2 }),
      });
    append("one");
    const older = live.part(undefined);
    append("two");
    const newer = live.part(new SharedArrayBuffer(1));
    const referencesOf = (part: SegmentPart) => toReferences([part], () => 1);
    partsOf(cache.resolve({ ...referencesOf(newer), bodies: new Map([[0, newer]]) }));
    const found = partsOf(cache.resolve(referencesOf(older)));
    assert.deepEqual(found, [{ ...older, codeBytes: newer.codeBytes }]);
    assert.deepEqual(partsOf(cache.resolve(referencesOf(newer))), [newer]);
  });
});

function livePart(): SegmentPart & { kind: "live" } {
  const [entry] = segmentsOf([[{ key: "a", passageNumber: 0 }]]);
  assert.ok(entry?.part.kind === "live");
  return entry.part;
}

function partsOf(resolved: ResolvedParts): readonly SegmentPart[] {
  assert.ok(resolved.kind === "parts");
  return resolved.parts;
}
