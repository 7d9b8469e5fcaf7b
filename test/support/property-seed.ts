// Loaded before all tests: properties are tried with the same examples every time, so that a tree
// which passed once passes again. `PROPERTY_SEED=random` looks for new ones, and a number repeats a run.

import fc from "fast-check";

const chosen = process.env.PROPERTY_SEED ?? "2026";
const seed = chosen === "random" ? Date.now() >>> 0 : Number(chosen);
if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED is ${chosen}: "random" or a number`);
if (chosen === "random") process.stderr.write(`PROPERTY_SEED=${seed}\n`);
fc.configureGlobal({ seed });
