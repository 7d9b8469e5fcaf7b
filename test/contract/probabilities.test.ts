// Probabilities of hits by the maps that a collection has: told, held to, changed, kept, damaged.

import assert from "node:assert/strict";
import { join } from "node:path";

import { inspect } from "../../src/engine/inspect.js";
import { probabilityOf } from "../../src/eval/score-calibration.js";
import type { ScoreMap } from "../../src/eval/score-calibration.js";
import type { EngineApi } from "../../src/engine/api.js";
import type { ScoreCalibration } from "../../src/store/stored-values.js";
import { changeDatabase, onlyCollectionFolder } from "../support/damage.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { hasReason } from "../support/errors.js";
import { openInlineEngine, searchDefaults } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { writeTinyCrossEncoder } from "../support/model-folders.js";
import { createNotes, finalOf, putAll, searchNotes } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 91, count: 120, dim });
const [query, otherQuery] = seededQueries({ seed: 91, count: 2, dim });
const search = { ...searchDefaults, exhaustiveBelowPassages: 0 };
const { lexicalWeight } = search;

const platt: ScoreMap = { method: "platt", slope: 9, intercept: -4 };
const isotonic: ScoreMap = {
  method: "isotonic",
  scores: [0.1, 0.5, 2],
  probabilities: [0, 0.25, 1],
};
const figures = { queryCount: 7, resultCount: 700, brier: 0.125, ece: 0.5 };

function mapped(map: ScoreMap, about: Partial<ScoreCalibration> = {}): ScoreCalibration {
  return { map, lexicalWeight, rerank: undefined, ...figures, ...about };
}

describe("probabilities of hits", () => {
  const folder = useTemporaryFolder();
  let engine: InlineEngine | undefined;
  afterEach(() => close());

  async function close(): Promise<void> {
    await engine?.close();
    engine = undefined;
  }

  async function reopen(): Promise<EngineApi> {
    const modelsFolder = join(folder(), "models");
    await close();
    engine = await openInlineEngine(join(folder(), "data"), {
      search,
      modelsFolder,
      cacheBytes: 2 ** 20,
    });
    return engine.api;
  }

  async function open(): Promise<EngineApi> {
    await writeTinyCrossEncoder(join(folder(), "models", "overlap"), {});
    const api = await reopen();
    await createNotes(api, { dim });
    await putAll(api, documents);
    return api;
  }

  for (const map of [platt, isotonic])
    it(`are the ${map.method} map's from late interaction on, and none before`, async () => {
      const api = await open();
      await api.setScoreMaps("notes", [mapped(map)]);
      const updates = await searchNotes(api, { ...query!, minUpdateIntervalMs: 0 });
      for (const { stage, hits } of updates)
        for (const { parts, score } of hits)
          assert.equal(
            parts.probability,
            stage === "late_interaction" ? probabilityOf(map, score) : undefined,
          );
      assert.equal(updates.at(-1)!.stage, "late_interaction");
      const other = await finalOf(api, { ...query!, lexicalWeight: 1 });
      assert.ok(other.hits.every(({ parts }) => parts.probability === undefined));
    });

  it("follow what re-ranked a hit: each has a map of its own", async () => {
    const api = await open();
    const rerank = { model: "overlap", depth: 4, weight: 0.5 };
    const reranked = mapped(isotonic, { rerank: { model: "overlap", weight: 0.5 } });
    await api.setScoreMaps("notes", [mapped(platt), reranked]);
    const final = await finalOf(api, { ...query!, rerank });
    assert.equal(final.certificate, "reranked");
    const counts = { reranked: 0, others: 0 };
    for (const { parts, score } of final.hits) {
      const isReranked = parts.crossEncoder !== undefined;
      counts[isReranked ? "reranked" : "others"] += 1;
      assert.equal(parts.probability, probabilityOf(isReranked ? isotonic : platt, score));
    }
    assert.deepEqual(counts, { reranked: 4, others: 6 });
    for (const other of [
      { ...rerank, weight: 0.4 },
      { ...rerank, windowPooling: "mean" as const },
    ]) {
      const { hits } = await finalOf(api, { ...query!, rerank: other });
      assert.equal(hits[0]!.parts.probability, undefined);
    }
  });

  it("let hits through from a threshold on, and say when none is left", async () => {
    const api = await open();
    await api.setScoreMaps("notes", [mapped(platt)]);
    const asked = { ...query!, k: 30 };
    const all = await finalOf(api, asked);
    const probabilities = all.hits.map(({ parts }) => parts.probability!);
    const minProbability = probabilities[11]!;
    const some = await finalOf(api, { ...asked, minProbability });
    assert.deepEqual(
      some.hits.map(({ key }) => key),
      all.hits.filter(({ parts }) => parts.probability! >= minProbability).map(({ key }) => key),
    );
    assert.equal(some.abstained, undefined);
    assert.equal(all.abstained, undefined);

    await api.setScoreMaps("notes", [mapped({ ...platt, intercept: -40 })]);
    const none = await finalOf(api, { ...asked, minProbability: 0.5 });
    assert.deepEqual([none.hits, none.abstained], [[], true]);
    assert.equal((await finalOf(api, { ...asked, minScore: 1e6 })).abstained, true);
    const nobody = { kind: "exists", field: "nothing" } as const;
    const empty = await finalOf(api, { ...asked, filter: nobody, minProbability: 0.5 });
    assert.deepEqual([empty.hits, empty.abstained], [[], undefined], "nothing was scored");
  });

  it("are refused as a threshold where no map speaks of such a search", async () => {
    const api = await open();
    const refused = (asked: object): Promise<void> =>
      assert.rejects(
        finalOf(api, { ...query!, minProbability: 0.5, ...asked }),
        hasReason("NOT_CALIBRATED", /sluice calibrate scores/),
      );
    await refused({});
    await api.setScoreMaps("notes", [mapped(platt)]);
    await finalOf(api, { ...query!, minProbability: 0.5 });
    await refused({ lexicalWeight: 1 });
    await refused({ rerank: { model: "overlap" } });
    await api.setScoreMaps("notes", []);
    await refused({});
  });

  it("are not those of maps before, although answers are kept", async () => {
    const api = await open();
    const texts = { text: otherQuery!.text };
    assert.equal((await finalOf(api, texts)).hits.length > 0, true);
    const asked = { ...query!, softmaxTemperature: 0.5 };
    const plain = await finalOf(api, asked);
    assert.equal(plain.hits[0]!.parts.probability, undefined);
    await api.setScoreMaps("notes", [mapped(platt)]);
    const told = await finalOf(api, asked);
    assert.equal(told.hits[0]!.parts.probability, probabilityOf(platt, told.hits[0]!.score));
    await api.setScoreMaps("notes", [mapped(isotonic)]);
    const { hits } = await finalOf(api, asked);
    assert.equal(hits[0]!.parts.probability, probabilityOf(isotonic, hits[0]!.score));
    const shares = hits.map(({ parts }) => parts.softmax!);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
    const [first, second] = hits;
    const ratio = Math.exp((first!.score - second!.score) / 0.5);
    assert.ok(Math.abs(shares[0]! / shares[1]! / ratio - 1) < 1e-9);
  });

  it("survive a restart, and damage to them costs nothing else", async () => {
    const maps = [mapped(platt), mapped(isotonic, { rerank: { model: "m", weight: 0.25 } })];
    await (await open()).setScoreMaps("notes", maps);
    assert.deepEqual((await reopen()).describeCollection("notes").scoreMaps, maps);
    const before = await finalOf(engine!.api, query!);
    await close();
    await changeDatabase(join(folder(), "data"), "calibrations", (database) => {
      const framed = Buffer.from(database.getBinary("scores")!);
      framed[framed.length - 3]! ^= 1;
      database.putSync("scores", framed);
    });
    const api = await reopen();
    assert.deepEqual(api.describeCollection("notes").scoreMaps, []);
    const after = await finalOf(api, query!);
    assert.deepEqual(
      after.hits.map(({ key, score }) => [key, score]),
      before.hits.map(({ key, score }) => [key, score]),
    );
    const { scoreMapsDamage } = engine!.collections.opened("notes")!.collection;
    assert.match(scoreMapsDamage!, /list of score maps is damaged/);
    await close();
    const collectionFolder = onlyCollectionFolder(join(folder(), "data"));
    assert.match(
      (await inspect(collectionFolder)).damages.join(),
      /^the list of score maps is damaged/,
    );
    const { repairs } = await inspect(collectionFolder, "repair");
    assert.match(repairs!.join(), /^forget the score maps/);
    assert.deepEqual((await inspect(collectionFolder)).damages, []);
    await (await reopen()).setScoreMaps("notes", maps);
    assert.deepEqual((await reopen()).describeCollection("notes").scoreMaps, maps);
  });
});
