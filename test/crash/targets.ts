// The collections of the crash campaign: one of given vectors, one whose text a small model encodes.

import { join } from "node:path";

import type { ClientCreateCollection } from "../../src/client/types.js";
import { present } from "../../src/core/assert.js";
import type { Document } from "../../src/core/document.js";
import { createLateInteractionEncoder } from "../../src/encoders/late-interaction-encoder.js";
import type { LateInteractionEncoder } from "../../src/encoders/late-interaction-encoder.js";
import { openModelFolder } from "../../src/encoders/model-folder.js";
import { writeTinyModel } from "../support/model-folders.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";
import { createLedger } from "./ledger.js";
import { groupOf } from "./load.js";
import type { Target } from "./load.js";

export interface CrashTarget extends Target {
  readonly create: ClientCreateCollection;
  /** The documents with the token rows that the server has for them. */
  withVectors(documents: readonly Document[]): Promise<Document[]>;
}

/** `models`: a folder for a model of 16 dimensions named "tiny". */
export async function makeTargets(models: string): Promise<CrashTarget[]> {
  await writeTinyModel(join(models, "tiny"));
  const encoder = await createLateInteractionEncoder(await openModelFolder(join(models, "tiny")));
  return [vectorsTarget(), textTarget(encoder)];
}

/** Some 700 bytes of codes a document: a flush every hundred of them. */
function vectorsTarget(): CrashTarget {
  const dim = 128;
  const contentOf = (key: string, version: number): Document => documentOf(key, version, dim);
  const [query] = seededQueries({ seed: 5, count: 1, dim });
  return {
    name: "vectors",
    create: { name: "vectors", dim, bits: 8 },
    keyCount: 400,
    batchMax: 16,
    contentOf,
    ledger: createLedger(contentOf),
    query: { collection: "vectors", ...present(query, "one was asked for") },
    withVectors: (documents) => Promise.resolve([...documents]),
  };
}

function textTarget(encoder: LateInteractionEncoder): CrashTarget {
  const contentOf = (key: string, version: number): Document => {
    const { title, text, fields } = documentOf(key, version, encoder.dim);
    // Short enough for one passage.
    return { key, title, text: text.split(" ").slice(0, 6).join(" "), fields };
  };
  return {
    name: "texts",
    create: { name: "texts", modelName: "tiny" },
    keyCount: 60,
    batchMax: 4,
    contentOf,
    ledger: createLedger(contentOf),
    query: { collection: "texts", text: "kalomi renx" },
    withVectors: (documents) => Promise.all(documents.map((one) => encoded(one, encoder))),
  };
}

function documentOf(key: string, version: number, dim: number): Document {
  const [drawn] = seededDocuments({ seed: version, count: 1, dim });
  const document = present(drawn, "one was asked for");
  const fields = new Map([...document.fields, ["group", groupOf(key)] as const]);
  return { ...document, key, title: `version ${version}`, fields };
}

async function encoded(document: Document, encoder: LateInteractionEncoder): Promise<Document> {
  const [only, ...more] = encoder.splitPassages(document);
  if (only === undefined || more.length > 0) throw new Error("the text is one passage");
  const { values, dim } = await encoder.encodePassage(only.text);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { ...document, vectors: { type: "float32", dim, bytes } };
}
