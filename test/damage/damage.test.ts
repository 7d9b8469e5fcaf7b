// Flipped bits: the short form of `make test-damage`, and proof that it can fail.

import assert from "node:assert/strict";

import { useTemporaryFolder } from "../support/each-test-folder.js";
import type { Answers, Found } from "./answers.js";
import { failuresOf, runCampaign } from "./campaign.js";
import { judge } from "./judge.js";
import type { Judgement, Verdict } from "./judge.js";

const hit = { key: "a", text: "text of a", score: 0.5, late: 3 };
const other = { key: "b", text: "text of b", score: 0.25, late: 2 };
const sound = answers({ hits: [hit, other], degradations: [] }, "text of a");

function answers(found: Found, text: string | null, damages: readonly string[] = []): Answers {
  return {
    searches: [{ answer: found }],
    texts: [{ answer: text }],
    listed: { answer: ["a text of a", "b text of b"] },
    damages: { answer: damages },
  };
}

describe("flipped bits in a data file", () => {
  const folder = useTemporaryFolder();

  it("are noticed or harmless: nothing wrong is served as right", async () => {
    const report = await runCampaign({ seed: 11, flips: 30, folder: folder() });
    assert.deepEqual(report.failures, []);
    const counts = Object.values(report.verdicts).flatMap((verdicts) => Object.values(verdicts));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      30,
    );
    assert.ok((report.verdicts.anywhere.told ?? 0) > 0);
  });

  const times = (count: number, verdict: Verdict): Verdict[] => Array<Verdict>(count).fill(verdict);
  const right = { verdict: "harmless", why: "" } as const;
  const campaigns: [what: string, verdicts: Verdict[], control: Judgement, failure: RegExp][] = [
    ["all processes ended", times(6, "ended"), right, /^6 of 6 processes ended, where 3 may$/],
    ["too many ended", [...times(31, "ended"), ...times(969, "told")], right, /where 30 may$/],
    ["some never answered", times(2, "hung"), right, /^2 of 2 processes hung, where 1 may$/],
    ["something was wrong", ["told", "wrong"], right, /^1 flips were served as right$/],
    [
      "the sound folder has no answers",
      ["told"],
      { verdict: "ended", why: "x" },
      /^the sound folder/,
    ],
  ];
  for (const [what, verdicts, control, failure] of campaigns)
    it(`fail a campaign in which ${what}`, () => {
      const failures = failuresOf(verdicts, control);
      assert.equal(failures.length, 1);
      assert.match(failures[0] ?? "", failure);
    });

  it("pass a campaign in which a few processes ended", () => {
    const verdicts = [...times(12, "ended"), ...times(988, "told")];
    assert.deepEqual(failuresOf(verdicts, right), []);
  });

  const lacking = ["CORRUPT_PASSAGES: document b is damaged"];
  const cases: [what: string, found: Parameters<typeof judge>[1], verdict: string][] = [
    ["the same answers", { answer: sound }, "harmless"],
    ["the same, and damage in what was not read", withDamage(), "found by check"],
    ["an answer that says what it lacks", told([hit], lacking), "told"],
    ["other scores of an answer that lacks some", told([{ ...hit, score: 0.6 }], lacking), "told"],
    ["no answer", { refused: "DATA_CORRUPT: damaged" }, "refused"],
    ["a process that ended", "ended", "ended"],
    ["a process that did not answer", "hung", "hung"],
    ["a hit that is missing and not told", told([hit], []), "wrong"],
    ["another score", told([{ ...hit, score: 0.6 }, other], []), "wrong"],
    ["another MaxSim, whatever is told", told([{ ...hit, late: 4 }], lacking), "wrong"],
    ["another text, whatever is told", told([{ ...hit, text: "no" }], lacking), "wrong"],
    ["a document that is not there", told([{ ...hit, key: "z" }], lacking), "wrong"],
    ["another document under the key", { answer: { ...sound, texts: text("else") } }, "wrong"],
    ["a document that cannot be found", { answer: { ...sound, texts: text(null) } }, "wrong"],
    ["an unknown error", { refused: "BUG TypeError" }, "wrong"],
  ];
  for (const [what, found, verdict] of cases)
    it(`are judged: ${what}`, () => {
      assert.equal(judge(sound, found).verdict, verdict);
    });
});

function told(hits: Found["hits"], degradations: readonly string[]): { answer: Answers } {
  return { answer: answers({ hits, degradations }, "text of a") };
}

function withDamage(): { answer: Answers } {
  return { answer: { ...sound, damages: { answer: ["segment 1 is damaged"] } } };
}

function text(answer: string | null): Answers["texts"] {
  return [{ answer }];
}
