// Ingest messages as bytes at almost no cost: documents are serialized once and each message gets
// its own keys, so that the sender's serialization is not measured.

import { definitions } from "../../src/wire/definitions.js";
import { documentToMessage } from "../../src/wire/document-messages.js";
import { present } from "../../src/core/assert.js";
import type { Document } from "../../src/core/document.js";

export interface WireMessages {
  /**
   * Message with documents `first` to `first + count - 1`, whose client sequences are one higher.
   */
  message(first: number, count: number): Buffer;
}

export function createWireMessages(
  collection: string,
  documents: readonly Document[],
): WireMessages {
  const pack = definitions().documents.Ingest.requestSerialize;
  // A message with one document without a key; the serialized document is at its end.
  const bodies = documents.map((document) => {
    const message = documentToMessage(document);
    delete message.key;
    return documentBytes(pack({ items: [{ document: message }] }));
  });
  const head = Buffer.concat([Buffer.of(0x0a, collection.length), Buffer.from(collection)]);
  return {
    message(first, count) {
      const parts: Buffer[] = [head];
      for (let i = first; i < first + count; i += 1) {
        const body = present(bodies[i % bodies.length], "there are documents");
        const key = Buffer.from(`document ${i}`);
        const named = [Buffer.of(0x0a, key.length), key, body];
        const documentLength = 2 + key.length + body.length;
        const item = [
          Buffer.of(0x08, ...varint(i + 1)),
          Buffer.of(0x12, ...varint(documentLength)),
          ...named,
        ];
        const itemLength = item.reduce((sum, part) => sum + part.length, 0);
        parts.push(Buffer.of(0x12, ...varint(itemLength)), ...item);
      }
      return Buffer.concat(parts);
    },
  };
}

/** The document inside a message with one item, after two tags and two lengths. */
function documentBytes(message: Buffer): Buffer {
  let at = 0;
  for (let level = 0; level < 2; level += 1) {
    at += 1;
    while ((message[at] ?? 0) >= 0x80) at += 1;
    at += 1;
  }
  return message.subarray(at);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
