// Every row of the error table, met by a client of a real server, or by the test that is named.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { SluiceClientError } from "../../src/client/client-error.js";
import type { SluiceClient } from "../../src/client/client.js";
import type { IngestDocument } from "../../src/core/document.js";
import { errorTable } from "../../src/core/errors.js";
import type { ErrorReason } from "../../src/core/errors.js";
import { limits } from "../../src/core/limits.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { damageWhere } from "../support/damage.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { endServersAfterEach, startServerProcess, stopServer } from "../support/server-process.js";

const dim = 16;
const marked = "zxmarkzx of this document";
const documents = seededDocuments({ seed: 43, count: 30, dim }).map((document, i) =>
  i === 3 ? { ...document, key: "marked", text: marked } : document,
);
const [query] = seededQueries({ seed: 43, count: 1, dim });
const request = { collection: "notes", ...query! };

type Call = (client: SluiceClient) => Promise<unknown>;

/** A call that fails, or a file with a test that meets the reason where no client can. */
type Provocation =
  | { readonly call: Call }
  | { readonly ingest: readonly IngestDocument[] }
  | { readonly file: string };

const provocations: Readonly<Record<ErrorReason, Provocation>> = {
  INVALID_FIELD: { call: (client) => client.searchFinal({ ...request, k: 0 }) },
  INVALID_KEY: { call: (client) => client.get("notes", [""]) },
  DUPLICATE_KEY: { ingest: [documents[0]!, documents[0]!] },
  INVALID_TEXT: {
    call: (client) =>
      client.searchFinal({ collection: "notes", text: "x".repeat(limits.queryBytesMax + 1) }),
  },
  INVALID_VECTORS: {
    ingest: [{ ...documents[0]!, vectors: { type: "float32", dim, bytes: Buffer.alloc(4 * dim) } }],
  },
  INVALID_CONFIG: { file: "test/unit/config/load-config.test.ts" },
  UNAUTHENTICATED: { file: "test/e2e/access-matrix.test.ts" },
  PERMISSION_DENIED: { file: "test/e2e/access-matrix.test.ts" },
  RATE_LIMITED: { file: "test/e2e/access-limits.test.ts" },
  INVALID_INPUT_FILE: { file: "test/unit/importers/jsonl.test.ts" },
  HOST_NOT_ALLOWED: { file: "test/unit/http/origin-checks.test.ts" },
  ORIGIN_NOT_ALLOWED: { file: "test/unit/http/origin-checks.test.ts" },
  CONTENT_TYPE_NOT_SUPPORTED: { file: "test/unit/http/origin-checks.test.ts" },
  COLLECTION_NOT_FOUND: { call: (client) => client.collections.describe("none") },
  SNAPSHOT_NOT_FOUND: { call: (client) => client.collections.snapshots.restore("none") },
  DOCUMENT_NOT_FOUND: { call: (client) => client.explain({ ...request, key: "none" }) },
  OPERATION_NOT_FOUND: { file: "test/unit/http/operations.test.ts" },
  SESSION_NOT_FOUND: { file: "test/unit/http/sessions.test.ts" },
  HANDLE_NOT_FOUND: { file: "test/unit/mcp/handles.test.ts" },
  PATH_NOT_FOUND: { file: "test/unit/http/server.test.ts" },
  METHOD_NOT_ALLOWED: { file: "test/unit/http/server.test.ts" },
  SEQUENCE_MISMATCH: { ingest: [{ ...documents[0]!, ifSequence: 0 }] },
  COLLECTION_EXISTS: { call: (client) => client.collections.create({ name: "notes", dim }) },
  SNAPSHOT_EXISTS: {
    call: ({ collections: { snapshots } }) => snapshots.take("notes", { name: "nightly" }),
  },
  VECTORS_OF_OTHER_MODEL: {
    call: (client) => {
      const vectors = { ...query!.vectors, dim: 32, bytes: Buffer.alloc(4 * 32, 1) };
      return client.searchFinal({ ...request, vectors });
    },
  },
  MODEL_REQUIRED: { ingest: [{ key: "words", title: "", text: "words", fields: new Map() }] },
  MODEL_NOT_FOUND: {
    call: (client) => client.collections.create({ name: "other", modelName: "none" }),
  },
  MODEL_INVALID: { file: "test/unit/encoders/model-folder.test.ts" },
  MODEL_IN_USE: { file: "test/e2e/models.test.ts" },
  DOWNLOAD_FAILED: { file: "test/e2e/model-pull.test.ts" },
  NOT_CALIBRATED: { file: "test/contract/calibrate.test.ts" },
  DATA_FOLDER_LOCKED: { file: "test/contract/folder-lock.test.ts" },
  NAME_AMBIGUOUS: { file: "test/contract/foreign-files.test.ts" },
  DATA_FOLDER_UNAVAILABLE: { file: "test/contract/lost-data-folder.test.ts" },
  DATA_FORMAT_NEWER: { file: "test/unit/store/frame.test.ts" },
  PORT_IN_USE: { file: "test/unit/http/server.test.ts" },
  DATA_CORRUPT: { call: (client) => client.get("notes", ["marked"]) },
  DISK_FULL: { file: "test/contract/full-disk.test.ts" },
  DISK_NEARLY_FULL: { file: "test/e2e/quotas.test.ts" },
  QUOTA_EXCEEDED: { file: "test/e2e/quotas.test.ts" },
  STORAGE_FAILED: { file: "test/contract/failed-sync.test.ts" },
  OVERLOADED: {
    call: (client) =>
      Promise.all(Array.from({ length: 40 }, () => client.searchFinal({ ...request, k: 30 }))),
  },
  THREAD_STUCK: { file: "test/unit/scoring/stuck-thread.test.ts" },
  REMOTE_FAILED: { file: "test/unit/remote/remote-reranker.test.ts" },
  OBJECT_STORE_FAILED: { file: "test/contract/object-store.test.ts" },
  BACKUP_NOT_CONFIGURED: {
    call: ({ collections: { snapshots } }) => snapshots.list({ backup: true }),
  },
  BACKUP_RUNNING: { file: "test/e2e/backup.test.ts" },
  LIMIT_EXCEEDED: { file: "test/unit/ingest/validate-document.test.ts" },
  SYSTEM_LIMIT: { file: "test/e2e/system-limits.test.ts" },
  DEADLINE_EXCEEDED: {
    call: (client) => client.searchFinal({ ...request, minSequence: 1e9 }, { deadlineMs: 3000 }),
  },
  CANCELLED: { file: "test/unit/rpc/search-service.test.ts" },
  NOT_READY: { file: "test/unit/ingest/collection-writer.test.ts" },
  INTERNAL: { file: "test/unit/rpc/ingest.test.ts" },
};

describe("errors", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("reach a client with what the table says of them", async () => {
    const first = await startServerProcess({ data: folder() });
    await first.client.collections.create({ name: "notes", dim });
    await first.client.ingest("notes", documents);
    await first.client.collections.snapshots.take("notes", { name: "nightly" });
    await stopServer(first);
    damageWhere(folder(), Buffer.from(marked.slice(0, 12)));
    const flags = ["--limits-searches-max", "1", "--search-at-work", "1"];
    const server = await startServerProcess({ data: folder(), flags });
    for (const [reason, provocation] of Object.entries(provocations)) {
      const row = errorTable[reason as ErrorReason];
      if ("call" in provocation) {
        let error = await failureOf(provocation.call(server.client));
        // There is room for one search: who comes while another is still ending is to come again.
        while (error.reason === "OVERLOADED" && reason !== "OVERLOADED")
          error = await failureOf(provocation.call(server.client));
        const { status, retryable, remedy } = error;
        assert.equal(error.reason, reason, error.message);
        noPathIn(error.message);
        assert.deepEqual({ status, retryable, remedy }, pick(row));
        assert.equal(error.retryDelayMs !== undefined, row.retryable, reason);
        if (status === "INVALID_ARGUMENT") assert.ok(error.field !== undefined, reason);
      } else if ("ingest" in provocation) {
        const found: { reason: string; message: string; retryable: boolean }[] = [];
        await server.client.ingest("notes", provocation.ingest, {
          onError: (error) => found.push(error),
        });
        assert.equal(found.length, 1, reason);
        noPathIn(found[0]?.message ?? "");
        assert.equal(found[0]?.reason, reason);
        assert.equal(found[0].retryable, row.retryable);
      }
    }
    await stopServer(server);
  });

  for (const [reason, provocation] of Object.entries(provocations))
    if ("file" in provocation)
      it(`${reason} is met in ${provocation.file}`, () => {
        const text = readFileSync(join(repositoryRoot(), provocation.file), "utf8");
        assert.match(text, new RegExp(`\\b${reason}\\b`));
      });
});

/** Where things lie on the server's disk is its own affair. */
function noPathIn(message: string): void {
  assert.doesNotMatch(message, /(^|[^\w.])\/[\w.-]+\/[\w.-]/);
}

function pick({ status, retryable, remedy }: (typeof errorTable)[ErrorReason]): object {
  return { status, retryable, remedy };
}

async function failureOf(call: Promise<unknown>): Promise<SluiceClientError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof SluiceClientError, String(error));
    return error;
  }
  throw new Error("the call did not fail");
}
