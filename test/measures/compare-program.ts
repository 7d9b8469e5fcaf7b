// Evaluates the cases of reference-values.py and compares every value with the reference's.

import { readFileSync } from "node:fs";

import { z } from "zod";

import { evaluate, evaluationDefaults } from "../../src/eval/evaluate.js";
import { parseMeasure } from "../../src/eval/measures.js";
import { parseQrels } from "../../src/eval/qrels.js";
import { parseTrecRun, withoutIdenticalIds } from "../../src/eval/run.js";

/** By query and measure. */
const valuesSchema = z.record(z.string(), z.record(z.string(), z.number()));

const caseSchema = z.strictObject({
  qrels: z.string(),
  run: z.string(),
  queries: valuesSchema,
  ignoringIdenticalIds: valuesSchema,
  means: z.record(z.string(), z.number()),
});

/** Values that differ by more differ. */
const tolerance = 1e-9;

const [path = ""] = process.argv.slice(2);
const cases = readFileSync(path, "utf8").trim().split("\n");
const differences: string[] = [];
let valueCount = 0;
for (const [number, line] of cases.entries()) {
  const reference = caseSchema.parse(JSON.parse(line));
  const run = parseTrecRun(reference.run, "run");
  const qrels = parseQrels(reference.qrels, "qrels");
  const compare = (place: string, value: number | undefined, expected: number): void => {
    valueCount += 1;
    if (value === undefined || !(Math.abs(value - expected) <= tolerance))
      differences.push(`case ${number + 1}, ${place}: ${value}, expected ${expected}`);
  };
  const options = { ...evaluationDefaults, resampleCount: 1 };
  for (const [title, rankings, expected] of [
    ["", run, reference.queries],
    ["without identical ids, ", withoutIdenticalIds(run), reference.ignoringIdenticalIds],
  ] as const) {
    const names = Object.keys(Object.values(expected)[0] ?? {});
    const { queries } = evaluate(rankings, qrels, {
      ...options,
      measures: names.map(parseMeasure),
    });
    for (const { query, values } of queries.filter((one) => rankings.get(one.query)?.length))
      for (const [i, name] of names.entries())
        compare(`${title}${query} ${name}`, values[i], expected[query]?.[name] ?? NaN);
  }
  const meanNames = Object.keys(reference.means);
  const { means } = evaluate(run, qrels, { ...options, measures: meanNames.map(parseMeasure) });
  for (const { measure, mean } of means)
    compare(`mean ${measure}`, mean, reference.means[measure] ?? NaN);
}
for (const difference of differences.slice(0, 20)) process.stdout.write(`${difference}\n`);
process.stdout.write(
  `${cases.length} runs, ${valueCount} values, ${differences.length} differ by more than ${tolerance}\n`,
);
process.exitCode = differences.length === 0 && valueCount > 0 ? 0 : 1;
