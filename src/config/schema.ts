// Every option of the server: its default (defined only here and in the files that this one joins),
// range, unit and description.

import { z } from "zod";
import { searchRequestFields } from "../contract/search-request.js";
import { limits } from "../core/limits.js";
import { suppliedModels } from "../core/paths.js";
import { backupOptions } from "./backup-options.js";
import { observabilityOptions } from "./observability-options.js";
import { quotaOptions } from "./quota-options.js";
import { bytes, choice, decimal, listOption, path, text, whole } from "./option-kinds.js";

const kernels = ["auto", "avx512", "avx2", "neon", "scalar", "wasm", "reference"] as const;

const { lexicalWeight } = searchRequestFields;

export const configSchema = z.strictObject({
  data: path({
    default: "sluice-data",
    description: "Data folder, created if missing. Only one server may use it at a time.",
  }),
  host: text({
    default: "127.0.0.1",
    range: "an address of this machine",
    description:
      "Address to listen on; 0.0.0.0 for all interfaces, which requires access control (see access).",
  }),
  grpcPort: whole({
    default: 7311,
    min: 0,
    max: 65_535,
    description: "Port of the gRPC services; 0: chosen by the system and printed.",
  }),
  httpPort: whole({
    default: 7312,
    min: 0,
    max: 65_535,
    description: "Port of health, metrics and search over HTTP; 0: chosen by the system.",
  }),
  http: z.strictObject({
    allowedHosts: listOption({
      range: "comma-separated names, or *",
      description:
        "Additional host names accepted in HTTP requests; * for any. Empty: on loopback its addresses and localhost, otherwise any.",
    }),
    allowedOrigins: listOption({
      range: "comma-separated origins, or *",
      description: "Web pages that may call the HTTP port, such as https://a.example; * for any.",
    }),
  }),
  modelsFolder: path({
    default: suppliedModels(),
    shownDefault: "models/ of the checkout, or the package sluice-models",
    description: "Folder with one folder per model.",
  }),
  defaultModel: text({
    default: "bge-small-en-v1.5-late",
    range: "name of a folder in modelsFolder",
    description: "Model of collections that are created without one.",
  }),
  modelAliases: listOption({
    range: "comma-separated alias=model, or a table in a file",
    description:
      "Other names of models and remote rerankers, such as those that clients of other services send.",
  }),
  kernel: choice({
    words: kernels,
    default: "auto",
    description: "Kernels to use; auto: the fastest that this machine supports.",
  }),
  scoringWorkers: whole({
    default: 0,
    min: 0,
    max: 1024,
    unit: "threads",
    description: "Scoring threads; 0: one per core.",
  }),
  encodingWorkers: whole({
    default: 0,
    min: 0,
    max: 256,
    unit: "threads",
    description:
      "Threads for documents and reranking, plus half as many for queries; 0: one plus half the number of cores.",
  }),
  search: z.strictObject({
    sketchPoolSize: whole({
      default: 256,
      min: 1,
      max: limits.poolSizeMax,
      unit: "passages",
      description: "Candidates for late interaction from the sketch stage.",
    }),
    lexicalPoolSize: whole({
      default: 128,
      min: 0,
      max: limits.poolSizeMax,
      unit: "passages",
      description: "Candidates for late interaction from BM25.",
    }),
    refinePoolSize: whole({
      default: 32,
      min: 0,
      max: limits.poolSizeMax,
      unit: "passages",
      description:
        "Best passages that the refine plane scores again, in collections that have one; 0: none.",
    }),
    lexicalWeight: decimal({
      default: 0.15,
      min: lexicalWeight.min,
      max: lexicalWeight.max,
      description: "Weight of BM25 in the final score.",
    }),
    exhaustiveBelowPassages: whole({
      default: 2000,
      min: 0,
      max: 100_000_000,
      unit: "passages",
      description: "Collections up to this size are scored exhaustively, so results are exact.",
    }),
    minUpdateIntervalMs: whole({
      default: 25,
      min: 0,
      max: limits.updateIntervalMsMax,
      unit: "ms",
      description: "Minimum interval between two updates of a stream.",
    }),
    batchPassages: whole({
      default: 512,
      min: 1,
      max: limits.poolSizeMax,
      unit: "passages",
      description: "Passages per scoring task; smaller tasks cancel faster and have more overhead.",
    }),
    generationAgeMaxMs: whole({
      default: 60_000,
      min: 10,
      max: 86_400_000,
      unit: "ms",
      description:
        "Time after which a search returns the ranking it has, so that disk space can be reused.",
    }),
    rowCacheBytes: bytes({
      default: 16 * 2 ** 20,
      min: 0,
      max: 2 ** 32,
      description: "Cache of query token vectors; 0 disables it.",
    }),
    answerCacheBytes: bytes({
      default: 16 * 2 ** 20,
      min: 0,
      max: 2 ** 32,
      description: "Cache of answers, valid until the next write to the collection; 0 disables it.",
    }),
    pairCacheBytes: bytes({
      default: 16 * 2 ** 20,
      min: 0,
      max: 2 ** 32,
      description: "Cache of cross-encoder scores; 0 disables it.",
    }),
    rerankModel: text({
      default: "sluice-rerank-small",
      range: "name of a folder in modelsFolder or of a remote reranker, or empty",
      optional: true,
      description: "Default cross-encoder; empty: none.",
    }),
    remoteRerankers: path({
      default: "",
      optional: true,
      description: "TOML file with one table per remote reranker; see docs/guides/rerank.md.",
    }),
    rerankDepth: whole({
      default: 20,
      min: 1,
      max: limits.hitCountMax,
      unit: "documents",
      description: "Default number of documents that are reranked.",
    }),
    rerankWeight: decimal({
      default: 0.3,
      min: 0,
      max: 1,
      description: "Default weight of the cross-encoder in the score.",
    }),
    rerankWindowTokens: whole({
      default: 144,
      min: 0,
      max: 8192,
      unit: "tokens",
      description:
        "Part of a longer passage that a local cross-encoder reads, where the query is answered best; 0: everything.",
    }),
    atWork: whole({
      default: 0,
      min: 0,
      max: 10_000,
      unit: "searches",
      description: "Concurrent searches, further ones are queued; 0: twice the scoring threads.",
    }),
  }),
  ingest: z.strictObject({
    flushBytes: bytes({
      default: 8 * 1024 * 1024,
      min: 64 * 1024,
      max: 1024 ** 3,
      description: "Size of token codes in the journal that triggers a flush to a segment.",
    }),
    flushAgeMs: whole({
      default: 300_000,
      min: 100,
      max: 86_400_000,
      unit: "ms",
      description: "Age of the journal that triggers a flush to a segment, whatever its size.",
    }),
  }),
  collections: z.strictObject({
    countMax: whole({
      default: limits.collectionCountDefault,
      min: 1,
      max: limits.collectionCountMax,
      unit: "collections",
      description: "Collections in the data folder; further ones are rejected with LIMIT_EXCEEDED.",
    }),
    openMax: whole({
      default: 0,
      min: 0,
      max: 100_000,
      unit: "collections",
      description: "Collections open at a time; 0: 128, or as many as the file descriptors allow.",
    }),
    openBytesMax: bytes({
      default: 0,
      min: 0,
      max: 2 ** 50,
      description:
        "Memory of open collections beyond which idle ones are closed; 0: half of the machine's.",
    }),
    idleMs: whole({
      default: 600_000,
      min: 100,
      max: 2_000_000_000,
      unit: "ms",
      description: "Time after which an idle collection is closed.",
    }),
  }),
  feedback: z.strictObject({
    eventsMax: whole({
      default: limits.feedbackEventsDefault,
      min: 1,
      max: limits.feedbackEventsMax,
      unit: "events",
      description: "Feedback events kept per collection; the oldest are dropped.",
    }),
  }),
  backup: backupOptions,
  limits: z.strictObject({
    searchesMax: whole({
      default: limits.searchCountMax,
      min: 1,
      max: 100_000,
      unit: "searches",
      description: "Searches running or queued; further ones are rejected with OVERLOADED.",
    }),
    messageBytesMax: bytes({
      default: limits.messageBytesMax,
      min: 1024 * 1024,
      max: 1024 ** 3,
      description: "Largest gRPC message that is accepted.",
    }),
    requestBytesMax: bytes({
      default: limits.requestBytesMax,
      min: 1024 * 1024,
      max: 2 ** 40,
      description:
        "Requests received and not fully processed, on both ports; at least four of the largest messages.",
    }),
  }),
  shutdownGraceMs: whole({
    default: 25_000,
    min: 0,
    max: 600_000,
    unit: "ms",
    description: "Grace period of running requests when the server stops.",
  }),
  shutdownDrainMs: whole({
    default: -1,
    min: -1,
    max: 600_000,
    unit: "ms",
    description:
      "Drain period after SIGTERM: the server reports not ready and still serves, so that load balancers remove it; -1: none on loopback, else 5,000.",
  }),
  shutdownLastResortMs: whole({
    default: 30_000,
    min: 100,
    max: 600_000,
    unit: "ms",
    description:
      "Time limit for closing after drain and grace; then the process is killed. Acknowledged writes are kept.",
  }),
  access: z.strictObject({
    anonymous: choice({
      words: ["loopback", "anywhere", "never"],
      default: "loopback",
      description:
        "Where calls need no credentials while no keys, tokens or client certificates are configured.",
    }),
    jwksUrl: text({
      default: "",
      range: "an https address, or empty",
      optional: true,
      description: "URL of the token issuer's public keys (JWKS); empty: tokens are not accepted.",
    }),
    jwtIssuer: text({
      default: "",
      range: "text, or empty",
      optional: true,
      description: "Required issuer (iss) of tokens; needed with access.jwksUrl.",
    }),
    jwtAudience: text({
      default: "",
      range: "text, or empty",
      optional: true,
      description: "Required audience (aud) of tokens; needed with access.jwksUrl.",
    }),
    jwtFilter: text({
      default: "",
      range: "a filter such as tenant = {tenant_id}, or empty",
      optional: true,
      description:
        "Filter applied to all calls with a token; {claim} is replaced by the token's value.",
    }),
    audit: choice({
      words: ["auto", "file", "log", "off"],
      default: "auto",
      description: "Destination of the audit log; auto: in the data folder once keys exist.",
    }),
    auditBytes: bytes({
      default: 128 * 2 ** 20,
      min: 2 ** 20,
      max: 2 ** 40,
      description: "Size of the audit log; beyond it the oldest of its 8 files is deleted.",
    }),
  }),
  tls: z.strictObject({
    cert: path({
      default: "",
      optional: true,
      description:
        "Server certificate followed by its chain, PEM; with tls.key, both ports use TLS.",
    }),
    key: path({
      default: "",
      optional: true,
      description: "Private key of tls.cert, PEM, without a passphrase.",
    }),
    clientCa: path({
      default: "",
      optional: true,
      description:
        "Certificate authorities, PEM; clients must present a certificate of one of them, on both ports.",
    }),
  }),
  ...observabilityOptions,
  quotas: quotaOptions,
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A complete, valid, frozen configuration. Paths are absolute; an empty path means none. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
