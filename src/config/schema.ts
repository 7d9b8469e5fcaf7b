// Every option of the server: its only default, its range, its unit and what it is for.

import { join } from "node:path";
import { z } from "zod";
import { limits } from "../core/limits.js";
import { repositoryRoot } from "../core/paths.js";
import { bytes, choice, decimal, list, path, text, whole } from "./option-kinds.js";

const kernels = ["auto", "avx512", "avx2", "neon", "scalar", "wasm", "reference"] as const;

export const configSchema = z.strictObject({
  data: path({
    default: "sluice-data",
    description: "Data folder; created when it is missing. One server at a time.",
  }),
  host: text({
    default: "127.0.0.1",
    range: "an address of this machine",
    description:
      "Address to listen on; 0.0.0.0 for all interfaces, which needs access control: see access.",
  }),
  grpcPort: whole({
    default: 7311,
    min: 0,
    max: 65_535,
    description: "Port of the gRPC services; 0: the system chooses, and the port is printed.",
  }),
  httpPort: whole({
    default: 7312,
    min: 0,
    max: 65_535,
    description: "Port of health, metrics and search over HTTP; 0: the system chooses.",
  }),
  http: z.strictObject({
    allowedHosts: list({
      range: "names with commas, or *",
      description:
        "Further names by which HTTP requests may call the server; * for any. Empty: on loopback its addresses and localhost, elsewhere any.",
    }),
    allowedOrigins: list({
      range: "origins with commas, or *",
      description: "Web pages that may call the HTTP port, such as https://a.example; * for any.",
    }),
  }),
  modelsFolder: path({
    default: join(repositoryRoot(), "models"),
    shownDefault: "models/ of the checkout",
    description: "Folder that holds a folder for each model.",
  }),
  defaultModel: text({
    default: "bge-small-en-v1.5-late",
    range: "name of a folder in modelsFolder",
    description: "Model of collections that are created without naming one.",
  }),
  kernel: choice({
    words: kernels,
    default: "auto",
    description: "Kernels to use; auto: the fastest that this machine runs correctly.",
  }),
  scoringWorkers: whole({
    default: 0,
    min: 0,
    max: 1024,
    unit: "threads",
    description: "Scoring threads; 0: one for each core.",
  }),
  encodingWorkers: whole({
    default: 0,
    min: 0,
    max: 256,
    unit: "threads",
    description:
      "Threads for documents and re-ranking, with half as many for queries; 0: one plus half the number of cores.",
  }),
  search: z.strictObject({
    sketchPoolSize: whole({
      default: 256,
      min: 1,
      max: limits.poolSizeMax,
      unit: "passages",
      description: "Best sketches that become candidates of late interaction.",
    }),
    lexicalPoolSize: whole({
      default: 128,
      min: 0,
      max: limits.poolSizeMax,
      unit: "passages",
      description: "Best BM25 passages that become candidates of late interaction.",
    }),
    lexicalWeight: decimal({
      default: 0.15,
      min: 0,
      max: 100,
      description: "Weight of the lexical part of the final score.",
    }),
    exhaustiveBelowPassages: whole({
      default: 2000,
      min: 0,
      max: 100_000_000,
      unit: "passages",
      description: "Collections up to this size are scored exhaustively: every answer is exact.",
    }),
    minUpdateIntervalMs: whole({
      default: 25,
      min: 0,
      max: limits.updateIntervalMsMax,
      unit: "ms",
      description: "Least time between two updates of a stream.",
    }),
    batchPassages: whole({
      default: 512,
      min: 1,
      max: limits.poolSizeMax,
      unit: "passages",
      description: "Passages of one scoring task; smaller: quicker to cancel, more overhead.",
    }),
    generationAgeMaxMs: whole({
      default: 60_000,
      min: 10,
      max: 86_400_000,
      unit: "ms",
      description:
        "Time after which a search ends with the ranking it has, so that disk space can be reused.",
    }),
    rowCacheBytes: bytes({
      default: 16 * 2 ** 20,
      min: 0,
      max: 2 ** 32,
      description: "Cache of token vectors of query texts; 0: none.",
    }),
    answerCacheBytes: bytes({
      default: 16 * 2 ** 20,
      min: 0,
      max: 2 ** 32,
      description: "Cache of answers, each until the next write to its collection; 0: none.",
    }),
    pairCacheBytes: bytes({
      default: 16 * 2 ** 20,
      min: 0,
      max: 2 ** 32,
      description: "Cache of the relevances that cross-encoders have computed; 0: none.",
    }),
    rerankModel: text({
      default: "sluice-rerank-small",
      range: "name of a folder in modelsFolder or of a service, or empty",
      optional: true,
      description: "Cross-encoder of searches that ask for one without naming it; empty: none.",
    }),
    remoteRerankers: path({
      default: "",
      optional: true,
      description:
        "TOML file with a table for each remote re-ranking service; see docs/guides/rerank.md.",
    }),
    rerankDepth: whole({
      default: 20,
      min: 1,
      max: limits.hitCountMax,
      unit: "documents",
      description: "Documents that a cross-encoder reads, unless the search sets it.",
    }),
    rerankWeight: decimal({
      default: 0.3,
      min: 0,
      max: 1,
      description: "Weight of the cross-encoder in the score, unless the search sets it.",
    }),
    atWork: whole({
      default: 0,
      min: 0,
      max: 10_000,
      unit: "searches",
      description: "Searches that run at the same time, others wait; 0: twice the scoring threads.",
    }),
  }),
  ingest: z.strictObject({
    flushBytes: bytes({
      default: 8 * 1024 * 1024,
      min: 64 * 1024,
      max: 1024 ** 3,
      description: "Bytes of token codes in the journal at which it is flushed to a segment.",
    }),
    flushAgeMs: whole({
      default: 300_000,
      min: 100,
      max: 86_400_000,
      unit: "ms",
      description: "Age at which the journal is flushed to a segment, however small.",
    }),
  }),
  collections: z.strictObject({
    countMax: whole({
      default: limits.collectionCountDefault,
      min: 1,
      max: limits.collectionCountMax,
      unit: "collections",
      description: "Collections in the data folder; one more is refused with LIMIT_EXCEEDED.",
    }),
    openMax: whole({
      default: 0,
      min: 0,
      max: 100_000,
      unit: "collections",
      description: "Collections open at a time; 0: 128, or as many as there are descriptors for.",
    }),
    openBytesMax: bytes({
      default: 0,
      min: 0,
      max: 2 ** 50,
      description:
        "Memory of open collections from which those that nobody uses are closed; 0: half of all.",
    }),
    idleMs: whole({
      default: 600_000,
      min: 100,
      max: 2_000_000_000,
      unit: "ms",
      description: "Time after which a collection that nobody uses is closed.",
    }),
  }),
  feedback: z.strictObject({
    eventsMax: whole({
      default: limits.feedbackEventsDefault,
      min: 1,
      max: limits.feedbackEventsMax,
      unit: "events",
      description: "Events of feedback that a collection keeps; beyond it the oldest are dropped.",
    }),
  }),
  limits: z.strictObject({
    searchesMax: whole({
      default: limits.searchCountMax,
      min: 1,
      max: 100_000,
      unit: "searches",
      description: "Searches running or waiting; one more is refused with OVERLOADED.",
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
        "Requests received and not worked off, of both ports; at least four of the largest messages.",
    }),
  }),
  shutdownGraceMs: whole({
    default: 25_000,
    min: 0,
    max: 600_000,
    unit: "ms",
    description: "Time that running requests get once the server stops serving.",
  }),
  shutdownDrainMs: whole({
    default: -1,
    min: -1,
    max: 600_000,
    unit: "ms",
    description:
      "Time after SIGTERM in which the server says that it is not ready and still serves, so that load balancers turn away; -1: none on loopback, else 5,000.",
  }),
  shutdownLastResortMs: whole({
    default: 30_000,
    min: 100,
    max: 600_000,
    unit: "ms",
    description:
      "Time that closing may take after drain and grace; then the process is killed, and nothing acknowledged is lost.",
  }),
  access: z.strictObject({
    anonymous: choice({
      words: ["loopback", "anywhere", "never"],
      default: "loopback",
      description:
        "Where callers need no key while there are no keys, tokens or client certificates.",
    }),
    jwksUrl: text({
      default: "",
      range: "an https address, or empty",
      optional: true,
      description: "Public keys of the issuer of tokens (JWT); empty: no tokens are taken.",
    }),
    jwtIssuer: text({
      default: "",
      range: "text, or empty",
      optional: true,
      description: "Issuer (iss) that a token must name; needed with access.jwksUrl.",
    }),
    jwtAudience: text({
      default: "",
      range: "text, or empty",
      optional: true,
      description: "Audience (aud) that a token must name; needed with access.jwksUrl.",
    }),
    jwtFilter: text({
      default: "",
      range: "a filter such as tenant = {tenant_id}, or empty",
      optional: true,
      description: "Filter added to all that a token does; {claim} stands for the token's value.",
    }),
    audit: choice({
      words: ["auto", "file", "log", "off"],
      default: "auto",
      description: "Where writes and denials are noted; auto: in the data folder, once keys exist.",
    }),
    auditBytes: bytes({
      default: 128 * 2 ** 20,
      min: 2 ** 20,
      max: 2 ** 40,
      description: "Size of the audit log; the oldest of its 8 files is dropped beyond it.",
    }),
  }),
  tls: z.strictObject({
    cert: path({
      default: "",
      optional: true,
      description:
        "Certificate of the server, then its chain, PEM; with tls.key: both ports use TLS.",
    }),
    key: path({
      default: "",
      optional: true,
      description: "Key of tls.cert, PEM, without a passphrase.",
    }),
    clientCa: path({
      default: "",
      optional: true,
      description:
        "Authorities, PEM: only clients with a certificate of one of them may connect, on both ports.",
    }),
  }),
  log: z.strictObject({
    level: choice({
      words: ["debug", "info", "warn", "error", "silent"],
      default: "info",
      description: "Lowest severity that is logged, to standard error.",
    }),
    format: choice({
      words: ["json", "text"],
      default: "json",
      description: "Format of log lines.",
    }),
  }),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A whole, valid, frozen configuration. Paths are absolute; an empty path means none. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
