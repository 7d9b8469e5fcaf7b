// Collections, their jobs and their snapshots.

import { z } from "zod";
import {
  calibrationFields,
  collectionListFields,
  collectionToCreateFields,
  createdFields,
  descriptionFields,
  setScoreMapsFields,
  snapshotFields,
} from "../../contract/collections.js";
import type {
  CalibrationRequest,
  CollectionToCreate,
  ShownScoreMap,
} from "../../contract/collections.js";
import { pageFields } from "../../contract/documents.js";
import type { DocumentPageRequest } from "../../contract/documents.js";
import { flag, implicit } from "../../contract/fields.js";
import { collectionName } from "../../contract/validate.js";
import {
  checkedCalibration,
  checkedCollection,
  listCollections,
  shownCollection,
  shownSettings,
} from "../../service/collections.js";
import { checkedScoreMaps } from "../../service/score-maps.js";
import { jsonAnswer, noContent, collectionOfPath, pathParameter } from "../exchange.js";
import type { HttpCallContext } from "../exchange.js";
import { toJson } from "../../contract/to-json.js";
import { fromJson, objectOf } from "../field-json.js";
import { operationAnswer, startOperation } from "../operation-answers.js";
import { largeBody, smallBody } from "../requests.js";
import { route } from "../route.js";
import type { HttpRoute } from "../route.js";

const tag = "Collections";

const settingsRoutes: readonly HttpRoute[] = [
  route({
    tag,
    method: "GET",
    path: "/v1/collections",
    requirement: "any",
    rpcs: ["CollectionService/List"],
    about: "Pages through the collections by name; the first page has what cannot be served.",
    query: { table: pageFields, schema: objectOf(pageFields) },
    answer: { status: 200, json: objectOf(collectionListFields) },
    handle: (call) => {
      const page = fromJson<DocumentPageRequest>(pageFields, call.query);
      return jsonAnswer(toJson(collectionListFields, listCollections(call.engine, page)));
    },
  }),
  route({
    tag,
    method: "POST",
    path: "/v1/collections",
    requirement: "admin",
    rpcs: ["CollectionService/Create"],
    about: "Creates an empty collection.",
    body: { schema: objectOf(collectionToCreateFields), limits: smallBody },
    answer: { status: 201, json: objectOf(createdFields) },
    async handle(call) {
      const asked = fromJson<CollectionToCreate>(collectionToCreateFields, call.body);
      const settings = await call.engine.createCollection(checkedCollection(asked));
      const headers = { location: `/v1/collections/${settings.name}` };
      const shown = toJson(createdFields, { settings: shownSettings(settings) });
      return jsonAnswer(shown, { status: 201, headers });
    },
  }),
  route({
    tag,
    method: "GET",
    path: "/v1/collections/{collection}",
    requirement: "any",
    rpcs: ["CollectionService/Describe"],
    about: "Describes a collection: its settings and its present size.",
    answer: { status: 200, json: objectOf(descriptionFields) },
    handle: (call) => {
      const { engine } = call;
      const collection = shownCollection(engine.describeCollection(collectionOfPath(call)));
      const { findings } = engine.readiness();
      return jsonAnswer(toJson(descriptionFields, { collection, findings }));
    },
  }),
  route({
    tag,
    method: "DELETE",
    path: "/v1/collections/{collection}",
    requirement: "admin",
    rpcs: ["CollectionService/Drop"],
    about: "Deletes a collection and all its documents, for good.",
    answer: { status: 204 },
    async handle(call) {
      await call.engine.dropCollection(collectionOfPath(call));
      return noContent;
    },
  }),
  route({
    tag,
    method: "PUT",
    path: "/v1/collections/{collection}/score-maps",
    requirement: "admin",
    rpcs: ["CollectionService/SetScoreMaps"],
    about: "Replaces the maps from scores to probabilities of a collection.",
    body: { schema: objectOf(setScoreMapsFields), limits: smallBody },
    answer: { status: 204 },
    async handle(call) {
      const { scoreMaps = [] } = fromJson<{ readonly scoreMaps: readonly ShownScoreMap[] }>(
        setScoreMapsFields,
        call.body,
      );
      await call.engine.setScoreMaps(collectionOfPath(call), checkedScoreMaps(scoreMaps));
      return noContent;
    },
  }),
];

/** Over gRPC a job either ends with its caller or is started as an operation; here it is the latter. */
const startRpc = "OperationService/Start";
const job = { tag, method: "POST", requirement: "admin", answer: operationAnswer } as const;
const optimizeFields = { full: implicit(flag), reanalyze: implicit(flag) };
const backup = z.boolean().default(false).describe("The copy is in the object storage.");
const snapshotBody = z.strictObject({ snapshot_name: z.string().optional(), backup });
const restoreBody = z.strictObject({ name: z.string().optional(), backup });
const snapshotQuery = {
  table: { backup: flag },
  schema: z.strictObject({ backup }),
} as const;

const jobRoutes: readonly HttpRoute[] = [
  route({
    ...job,
    path: "/v1/collections/{collection}:optimize",
    rpcs: ["CollectionService/Optimize", startRpc],
    about: "Starts to flush the journal and to merge segments.",
    body: {
      schema: objectOf(optimizeFields),
      limits: smallBody,
      absent: "{}",
    },
    handle: (call) => {
      const { full = false, reanalyze = false } = call.body as {
        readonly full?: boolean;
        readonly reanalyze?: boolean;
      };
      const options = { isFull: full, isReanalyzed: reanalyze };
      return startOperation(call, {
        kind: "optimize",
        collection: collectionOfPath(call),
        ...options,
      });
    },
  }),
  route({
    ...job,
    path: "/v1/collections/{collection}:calibrate",
    rpcs: ["CollectionService/Calibrate", startRpc],
    about: "Starts to measure recall at each pool size on sample queries.",
    body: {
      schema: objectOf(calibrationFields),
      limits: largeBody,
      absent: "{}",
    },
    handle: (call) => {
      const asked = fromJson<CalibrationRequest>(calibrationFields, call.body);
      const options = checkedCalibration(asked);
      return startOperation(call, {
        kind: "calibrate",
        collection: collectionOfPath(call),
        options,
      });
    },
  }),
  route({
    ...job,
    path: "/v1/collections/{collection}:snapshot",
    rpcs: ["CollectionService/Snapshot", startRpc],
    about: "Starts to write a consistent copy of a collection while it is served.",
    body: { schema: snapshotBody, limits: smallBody, absent: "{}" },
    handle: (call) => {
      const { snapshot_name: asked, backup: isBackup } = call.body;
      const name = asked === undefined ? undefined : collectionName(asked, "snapshot_name");
      const collection = collectionOfPath(call);
      return startOperation(call, { kind: "snapshot", collection, snapshotName: name, isBackup });
    },
  }),
];

const snapshotTag = "Snapshots";

const snapshotRoutes: readonly HttpRoute[] = [
  route({
    tag: snapshotTag,
    method: "GET",
    path: "/v1/snapshots",
    requirement: "admin",
    rpcs: ["CollectionService/ListSnapshots"],
    about: "Lists the snapshots by name, or the backups from the newest to the oldest.",
    query: snapshotQuery,
    answer: {
      status: 200,
      json: z.strictObject({ snapshots: z.array(objectOf(snapshotFields)) }),
    },
    async handle({ engine, signal, query }) {
      const copies = query.backup ? await engine.listBackups({ signal }) : engine.listSnapshots();
      return jsonAnswer({ snapshots: copies.map((copy) => toJson(snapshotFields, copy)) });
    },
  }),
  route({
    tag: snapshotTag,
    method: "DELETE",
    path: "/v1/snapshots/{snapshot}",
    requirement: "admin",
    rpcs: ["CollectionService/DeleteSnapshot"],
    about: "Deletes a snapshot or a backup, for good.",
    query: snapshotQuery,
    answer: { status: 204 },
    async handle(call) {
      const { engine, signal } = call;
      if (call.query.backup) await engine.deleteBackup(snapshotOf(call), { signal });
      else engine.deleteSnapshot(snapshotOf(call));
      return noContent;
    },
  }),
  route({
    ...job,
    tag: snapshotTag,
    path: "/v1/snapshots/{snapshot}:restore",
    rpcs: ["CollectionService/Restore", startRpc],
    about: "Starts to create a new collection from a snapshot, completely or not at all.",
    body: { schema: restoreBody, limits: smallBody, absent: "{}" },
    handle: (call) => {
      const { name: asked, backup: isBackup } = call.body;
      const name = asked === undefined ? undefined : collectionName(asked, "name");
      return startOperation(call, {
        kind: "restore",
        snapshotName: snapshotOf(call),
        name,
        isBackup,
      });
    },
  }),
];

export const collectionRoutes: readonly HttpRoute[] = [
  ...settingsRoutes,
  ...jobRoutes,
  ...snapshotRoutes,
];

function snapshotOf(call: HttpCallContext): string {
  return collectionName(pathParameter(call, "snapshot"), "snapshot");
}
