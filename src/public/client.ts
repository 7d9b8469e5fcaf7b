// What `import ... from "sluice/client"` gives: the gRPC client for Node.

export { createClient } from "../client/client.js";
export type { ClientOptions, CollectionCalls, SluiceClient } from "../client/client.js";
export { SluiceClientError } from "../client/client-error.js";
export { ContractViolation } from "../client/stream-contract.js";
export type { CallOptions, ClientTlsFiles } from "../client/channel.js";
export type { ClientExportedBatch, ClientExportedDocument } from "../client/export.js";
export type { ClientFeedback, ClientFeedbackAck } from "../client/feedback.js";
export type { IngestOptions } from "../client/ingest.js";
export type { SearchSession, SessionUpdate } from "../client/session.js";
export type { SnapshotCalls } from "../client/snapshots.js";
export type { ClientRefusedCollection, ClientSnapshot, ClientSurvey } from "../client/types.js";
export type { RecordedFeedback } from "../core/feedback.js";
export type { SearchOutcome, SlowSearch } from "../contract/slow-searches.js";
export type { FieldUpdate } from "../core/document.js";
export type { ExportRequest } from "../contract/export.js";
export type * from "./values.js";
export { fieldsFromJson, parseFilter } from "./values.js";
