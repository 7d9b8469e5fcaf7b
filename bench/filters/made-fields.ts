// Evenly distributed fields of every kind, for benchmarks of columns.

import type { Fields, FieldValue } from "../../src/core/document.js";
import type { Prng } from "../../src/core/prng.js";

export function madeFields(prng: Prng): Fields {
  const number = prng.nextFloat();
  const below = (bound: number): number => Math.floor(prng.nextFloat() * bound);
  const word = (bound: number): string => `v${below(bound)}`;
  const fields = new Map<string, FieldValue>();
  for (const bound of [2, 10, 100, 1000])
    fields.set(`k${bound}`, { kind: "keyword", value: word(bound) });
  fields.set("number", { kind: "float", value: number });
  fields.set("whole", { kind: "integer", value: BigInt(below(1000)) });
  fields.set("list", { kind: "keywords", value: [word(50), word(50), word(50)] });
  fields.set("flag", { kind: "boolean", value: below(2) === 1 });
  if (below(100) === 0) fields.set("rare", { kind: "time", value: below(1e9) });
  return fields;
}
