// The methods of CollectionService about snapshots and backups.

import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { CollectionServiceDeleteSnapshotRequest__Output as DeleteSnapshotRequest } from "../gen/proto/sluice/v1/CollectionServiceDeleteSnapshotRequest.js";
import type { CollectionServiceListSnapshotsRequest__Output as ListSnapshotsRequest } from "../gen/proto/sluice/v1/CollectionServiceListSnapshotsRequest.js";
import type { CollectionServiceListSnapshotsResponse as ListSnapshotsResponse } from "../gen/proto/sluice/v1/CollectionServiceListSnapshotsResponse.js";
import type { CollectionServiceRestoreRequest__Output as RestoreRequest } from "../gen/proto/sluice/v1/CollectionServiceRestoreRequest.js";
import type { CollectionServiceRestoreResponse as RestoreResponse } from "../gen/proto/sluice/v1/CollectionServiceRestoreResponse.js";
import type { CollectionServiceSnapshotRequest__Output as SnapshotRequest } from "../gen/proto/sluice/v1/CollectionServiceSnapshotRequest.js";
import type { CollectionServiceSnapshotResponse as SnapshotResponse } from "../gen/proto/sluice/v1/CollectionServiceSnapshotResponse.js";
import { serverStream, signalOf, unary } from "./calls.js";
import type { RpcContext } from "./calls.js";
import { streamJob } from "./job-stream.js";
import { restoreJob, snapshotJob } from "./requested-jobs.js";
import { shownCollectionFields, snapshotFields } from "../contract/collections.js";
import { collectionName } from "../contract/validate.js";
import { shownCollection } from "../service/collections.js";
import { toMessage } from "../wire/field-messages.js";

export function createSnapshotMethods(context: RpcContext): UntypedServiceImplementation {
  const { clock } = context;
  return {
    Snapshot: serverStream<SnapshotRequest, SnapshotResponse>(context, (call, tools) => {
      const { collection, snapshotName, isBackup } = snapshotJob(call.request);
      const { engine, signal, span } = tools;
      const job = isBackup
        ? engine.backup(collection, snapshotName, { signal })
        : engine.snapshot(collection, snapshotName);
      return streamJob({ clock, span }, job, (progress, last) => {
        const result = last?.result;
        call.write({
          progress,
          ...(result && { snapshot_name: result.name, snapshot_bytes: result.bytes }),
        });
      });
    }),
    Restore: serverStream<RestoreRequest, RestoreResponse>(context, (call, tools) => {
      const { snapshotName, name, isBackup } = restoreJob(call.request);
      const { engine, signal, span } = tools;
      const job = isBackup
        ? engine.restoreBackup(snapshotName, name, { signal })
        : engine.restore(snapshotName, name);
      return streamJob({ clock, span }, job, (progress, last) => {
        const result = last?.result;
        call.write({
          progress,
          ...(result && { collection: toMessage(shownCollectionFields, shownCollection(result)) }),
        });
      });
    }),
    ListSnapshots: unary<ListSnapshotsRequest, ListSnapshotsResponse>(
      context,
      async ({ backup }, engine, call) => {
        const copies = backup
          ? await engine.listBackups({ signal: signalOf(call) })
          : engine.listSnapshots();
        return { snapshots: copies.map((copy) => toMessage(snapshotFields, copy)) };
      },
    ),
    DeleteSnapshot: unary<DeleteSnapshotRequest, object>(
      context,
      async ({ snapshot_name: asked, backup }, engine, call) => {
        const name = collectionName(asked, "snapshot_name");
        if (backup) await engine.deleteBackup(name, { signal: signalOf(call) });
        else engine.deleteSnapshot(name);
        return {};
      },
    ),
  };
}
