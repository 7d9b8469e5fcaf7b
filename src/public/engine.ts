// What `import ... from "sluice"` gives: the engine in the caller's own process.

export { openEngine } from "../embedded/engine.js";
export type {
  EmbeddedCallOptions,
  EmbeddedCollections,
  EmbeddedIngestOptions,
  EngineSettings,
  SluiceEngine,
} from "../embedded/types.js";
export { SluiceError } from "../core/errors.js";
export type { ErrorReason } from "../core/errors.js";
export type * from "./values.js";
export { fieldsFromJson, parseFilter } from "./values.js";
