// The only folder of src/ that may use each package or global.

/** Every dependency of package.json, and the parts of Node that need a fence. */
export const packageDoors: Readonly<Record<string, readonly string[]>> = {
  "@aws-sdk/client-s3": ["backup"],
  "@grpc/grpc-js": ["rpc", "client"],
  "@grpc/proto-loader": ["rpc", "wire", "gen"],
  "@grpc/reflection": ["rpc"],
  "@huggingface/tokenizers": ["encoders"],
  "@node-rs/crc32": ["store"],
  "@opentelemetry/api": ["observability"],
  "@opentelemetry/core": ["observability"],
  "@opentelemetry/exporter-trace-otlp-proto": ["observability"],
  "@opentelemetry/resources": ["observability"],
  "@opentelemetry/sdk-trace": ["observability"],
  "@orama/stopwords": ["analysis"],
  "cli-progress": ["cli"],
  commander: ["cli"],
  flatbuffers: ["store", "gen"],
  "grpc-health-check": ["rpc", "client"],
  hyparquet: ["importers"],
  "hyparquet-compressors": ["importers"],
  jose: ["access"],
  lmdb: ["store"],
  marked: ["importers"],
  "multilingual-stemmer": ["analysis"],
  "onnxruntime-node": ["encoders"],
  parse5: ["importers"],
  pino: ["observability"],
  piscina: ["scoring", "encoding", "ingest"],
  "prom-client": ["observability"],
  "smol-toml": ["config", "importers"],
  typescript: ["cli"],
  unpdf: ["importers"],
  yaml: ["importers"],
  zod: ["access", "backup", "config", "encoders", "http", "hub", "importers", "remote"],
  "node:worker_threads": ["scoring", "encoding", "app"],
};

/** Globals, as `object` or `object.property`; `new Date()` means the one without arguments. */
export const globalDoors: Readonly<Record<string, readonly string[]>> = {
  "process.env": ["config"],
  console: ["cli"],
  "Math.random": ["app"],
  "Date.now": ["app", "cli", "observability"],
  "new Date()": ["app", "cli", "observability"],
  "performance.now": ["app", "cli", "observability"],
  "process.hrtime": ["app", "cli", "observability"],
};
