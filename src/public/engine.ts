// What `import ... from "sluice"` gives: the engine in the caller's own process.

export { openEngine } from "../embedded/engine.js";
export type { EngineSettings, SluiceEngine } from "../embedded/engine.js";
export type { EmbeddedCollections } from "../embedded/collections.js";
export type { EmbeddedIngestOptions } from "../embedded/ingest.js";
export { SluiceError } from "../core/errors.js";
export type { ErrorReason } from "../core/errors.js";
export type * from "./values.js";
export { fieldsFromJson, parseFilter } from "./values.js";
