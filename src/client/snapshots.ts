// The client's calls about snapshots.

import type { CollectionServiceRestoreResponse__Output } from "../gen/proto/sluice/v1/CollectionServiceRestoreResponse.js";
import type { CollectionServiceSnapshotResponse__Output } from "../gen/proto/sluice/v1/CollectionServiceSnapshotResponse.js";
import { present } from "../core/assert.js";
import type { CallOptions, Channel } from "./channel.js";
import { definitions } from "../wire/definitions.js";
import { followJob } from "./job.js";
import { collectionFromMessage } from "./messages.js";
import type { ClientCollection, ClientProgress, ClientSnapshot } from "./types.js";

/** All methods throw SluiceClientError. */
export interface SnapshotCalls {
  /** Copies a collection while it is served. Without `name` the server chooses one. */
  take(
    collection: string,
    options?: CopyOptions & { readonly name?: string | undefined } & ProgressOption,
  ): Promise<{ readonly name: string; readonly bytes: number }>;
  /** Creates a collection from a snapshot. Without `name` it keeps the name it had. */
  restore(
    snapshot: string,
    options?: CopyOptions & { readonly name?: string | undefined } & ProgressOption,
  ): Promise<ClientCollection>;
  /** Snapshots by name, or backups from the newest to the oldest. */
  list(options?: CopyOptions): Promise<ClientSnapshot[]>;
  /** Deletes a snapshot or a backup by name. */
  delete(snapshot: string, options?: CopyOptions): Promise<void>;
}

interface CopyOptions extends CallOptions {
  /** The copy is in the server's object storage instead of its snapshot folder. */
  readonly backup?: boolean | undefined;
}

interface ProgressOption {
  readonly onProgress?: ((progress: ClientProgress) => void) | undefined;
}

export function snapshotCalls(channel: Channel): SnapshotCalls {
  const service = definitions().collections;
  return {
    async take(collection, { name = "", backup = false, onProgress, ...options } = {}) {
      const request = { name: collection, snapshot_name: name, backup };
      let result: { name: string; bytes: number } | undefined;
      const stream = channel.serverStream(service.Snapshot, request, options);
      const job = followJob(stream, (last: CollectionServiceSnapshotResponse__Output) => {
        result = { name: last.snapshot_name, bytes: Number(last.snapshot_bytes) };
      });
      for await (const progress of job) onProgress?.(progress);
      return present(result, "a snapshot that ends well has a name");
    },
    async restore(snapshot, { name = "", backup = false, onProgress, ...options } = {}) {
      const request = { snapshot_name: snapshot, name, backup };
      let result: ClientCollection | undefined;
      const stream = channel.serverStream(service.Restore, request, options);
      const job = followJob(stream, ({ collection }: CollectionServiceRestoreResponse__Output) => {
        result = collectionFromMessage(collection);
      });
      for await (const progress of job) onProgress?.(progress);
      return present(result, "a restore that ends well has a collection");
    },
    async list({ backup = false, ...options } = {}) {
      const call = { ...options, isIdempotent: true };
      const { snapshots } = await channel.unary(service.ListSnapshots, { backup }, call);
      return snapshots.map(({ name, collection, ...numbers }) => ({
        name,
        collection,
        lastSequence: Number(numbers.last_sequence),
        bytes: Number(numbers.bytes),
        ...(backup && { createdMs: Number(numbers.created_ms) }),
      }));
    },
    async delete(snapshot, { backup = false, ...options } = {}) {
      const call = { ...options, isIdempotent: false };
      await channel.unary(service.DeleteSnapshot, { snapshot_name: snapshot, backup }, call);
    },
  };
}
