// What is known of a closed collection without opening it: a file beside its data, written when it
// is closed. It is believed only while the data is the very file that it was written for; nothing
// depends on it but what an opening would find out, so it is neither synced nor repaired.

import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { valueKinds } from "./format.js";
import { frame, unframe } from "./frame.js";

/** Name of the file in a collection's folder. */
export const cardName = "card.bin";

/** What a card says, as JSON can say it. The reader knows its own version and nothing else. */
export interface CardContent {
  readonly version: number;
  readonly figures: unknown;
}

/** `folder`: of a collection whose store is closed. A card that cannot be written is left out. */
export function writeCard(folder: string, content: CardContent): void {
  try {
    const text = JSON.stringify({ data: dataMark(folder), content });
    const payload = Buffer.from(text, "utf8");
    writeFileSync(join(folder, cardName), frame(valueKinds.card, payload, { key: cardName }), {
      mode: 0o600,
    });
  } catch {
    // The next start opens the collection once.
  }
}

/**
 * Returns undefined when the card is missing, damaged, of another version or older than the data.
 */
export function readCard(folder: string, version: number): CardContent | undefined {
  try {
    const framed = readFileSync(join(folder, cardName));
    const payload = unframe(valueKinds.card, framed, { what: "card", key: cardName });
    const card = JSON.parse(Buffer.from(payload).toString("utf8")) as {
      readonly data: string;
      readonly content: CardContent;
    };
    const isOfData = card.data === dataMark(folder) && card.content.version === version;
    return isOfData ? card.content : undefined;
  } catch {
    return undefined;
  }
}

/** To be called when the data may change. */
export function removeCard(folder: string): void {
  rmSync(join(folder, cardName), { force: true });
}

/** Changes with every write to the data, and with the file that holds it. */
function dataMark(folder: string): string {
  const { ino, size, mtimeNs } = statSync(join(folder, "data.mdb"), { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}
