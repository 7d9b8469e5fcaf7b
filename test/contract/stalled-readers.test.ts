// A reader that takes nothing holds neither a turn nor answers.

import assert from "node:assert/strict";
import { createAdmission } from "../../src/search/admission.js";
import type { ReaderRoom } from "../../src/core/unread-answers.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine, searchDefaults, searchRequest } from "../support/inline-engine.js";
import { createNotes, finalOf, putAll } from "../support/notes.js";
import { seededDocuments, seededQueries } from "../support/seeded-corpus.js";

const dim = 16;
const documents = seededDocuments({ seed: 7, count: 40, dim });
const [query] = seededQueries({ seed: 7, count: 1, dim });

describe("a search whose reader takes nothing", () => {
  const folder = useTemporaryFolder();

  it("gives its turn to others and makes its final update once there is room", async () => {
    const admission = createAdmission({
      clock: () => performance.now(),
      atWorkMax: 1,
      searchesMax: 9,
    });
    const search = { ...searchDefaults, minUpdateIntervalMs: 0 };
    const engine = await openInlineEngine(folder(), { search, admission });
    try {
      await createNotes(engine.api, { dim });
      await putAll(engine.api, documents);
      const expected = await finalOf(engine.api, query!);
      const room = closedRoom();
      const { signal } = new AbortController();
      const stream = engine.api.search(searchRequest(query!), { signal, reader: room.reader });
      const first = stream.next();
      await room.waitedFor;
      assert.equal(admission.state().atWork, 0);
      // With one turn for all, this would wait for ever.
      assert.deepEqual((await finalOf(engine.api, query!)).hits, expected.hits);
      room.open();
      const { value } = await first;
      assert.equal(value?.final, true, "no update before it was made");
      assert.deepEqual(value?.hits, expected.hits);
      assert.equal((await stream.next()).done, true);
      assert.equal(admission.state().atWork, 0);
    } finally {
      await engine.close();
    }
  });
});

function closedRoom(): {
  readonly reader: ReaderRoom;
  readonly waitedFor: Promise<void>;
  readonly open: () => void;
} {
  let isOpen = false;
  let open = (): void => undefined;
  let waits = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const waitedFor = new Promise<void>((resolve) => (waits = resolve));
  return {
    reader: {
      hasRoom: () => isOpen,
      whenRoom: () => {
        waits();
        return opened;
      },
    },
    waitedFor,
    open: () => {
      isOpen = true;
      open();
    },
  };
}
