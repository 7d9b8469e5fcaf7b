// Loaded before all tests. Property tests use the same examples every time, so that results are
// reproducible. `PROPERTY_SEED=random` tries new ones, and a number repeats a run.

import fc from "fast-check";

const chosen = process.env.PROPERTY_SEED ?? "2026";
const seed = chosen === "random" ? Date.now() >>> 0 : Number(chosen);
if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED is ${chosen}: "random" or a number`);
if (chosen === "random") process.stderr.write(`PROPERTY_SEED=${seed}\n`);
fc.configureGlobal({ seed });
