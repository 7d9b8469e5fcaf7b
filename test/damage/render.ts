// What became of the campaigns against stored data, as a table.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import type { CampaignReport as CrashReport } from "../crash/campaign.js";
import type { CampaignReport as DamageReport } from "./campaign.js";
import type { Verdict } from "./judge.js";

const meanings: Readonly<Record<Verdict, string>> = {
  harmless: "harmless: in bytes that nobody reads, or in the way to them with the same answers",
  "found by check": "every answer the same, `sluice check` names it",
  told: "answers lack what is damaged, and say so",
  refused: "the collection is not opened, with an error",
  ended: "the process ends, without an answer",
  hung: "the process does not answer within a minute",
  "missing, found by check": "a document is not found by its key; `sluice check` names it",
  wrong: "wrong: something is served as right that is not",
};

export function campaignsMarkdown(): string {
  const crash = read("crash.json") as CrashReport & Made;
  const damage = read("damage.json") as DamageReport & Made;
  const counts = Object.values(damage.verdicts);
  const countOf = (verdict: Verdict): number =>
    counts.reduce((sum, of) => sum + (of[verdict] ?? 0), 0);
  const rows = (Object.keys(meanings) as Verdict[]).map(
    (verdict) => `| ${meanings[verdict]} | ${countOf(verdict)} |`,
  );
  return [
    "| a flipped bit | times |",
    "|---|---|",
    ...rows,
    "",
    `${damage.flips} single bits of a data file of ${damage.fileBytes} bytes, half of them anywhere, half at the ` +
      `start of a page where LMDB keeps its own order; \`${damage.command}\`.`,
    "",
    `${crash.rounds} kills of a server under load: ${crash.acknowledged} acknowledged writes, ${crash.lost} lost; ` +
      `\`${crash.command}\`.`,
  ].join("\n");
}

interface Made {
  readonly command: string;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(repositoryRoot(), "bench/results", name), "utf8"));
}
