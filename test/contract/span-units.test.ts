// Places of texts in the units by which other languages slice their strings, through the whole engine.

import assert from "node:assert/strict";

import type { SearchRequest } from "../../src/contract/search-request.js";
import type { SearchUpdate } from "../../src/contract/search-update.js";
import type { Span } from "../../src/core/document.js";
import { spanUnits } from "../../src/core/span-units.js";
import type { SpanUnit } from "../../src/core/span-units.js";
import { useTemporaryFolder } from "../support/each-test-folder.js";
import { openInlineEngine } from "../support/inline-engine.js";
import type { InlineEngine } from "../support/inline-engine.js";
import { finalOf } from "../support/notes.js";

const sentence = "Der Jäger 🦌 sieht das Café 𝒞 am Fluß, und der Jäger trinkt Kaffee ☕️. ";
/** Several passages, each behind characters of one to four bytes. */
const text = sentence.repeat(60).trim();
const title = "Jäger 🦌 im Café";

/** As a language of that unit slices its strings. */
const sliced: Readonly<Record<SpanUnit, (from: string, span: Span) => string>> = {
  utf16: (from, { start, end }) => from.slice(start, end),
  code_points: (from, { start, end }) => Array.from(from).slice(start, end).join(""),
  utf8: (from, { start, end }) => Buffer.from(from).subarray(start, end).toString(),
};

describe("places of texts", () => {
  const folder = useTemporaryFolder();
  let engine: InlineEngine;
  beforeEach(async () => {
    engine = await openInlineEngine(folder());
    await engine.api.createCollection({ name: "notes", ifNotExists: false });
    await engine.api.put("notes", { key: "a", title, text, fields: new Map() });
  });
  afterEach(() => engine.close());

  const request: SearchRequest = {
    collection: "notes",
    text: "Jäger Café",
    payload: { highlights: true },
    context: { tokenBudget: 400 },
  };

  function wordsOf({ hits, context }: SearchUpdate, unit: SpanUnit): readonly string[] {
    const of = sliced[unit];
    return [
      ...hits.map(({ span }) => of(text, span)),
      ...hits.flatMap(({ payload }) => payload?.highlights ?? []).map((span) => of(text, span)),
      ...(context?.passages ?? []).map(({ span }) => of(text, span)),
    ];
  }

  it("are the same texts in each unit, with and without the text in the hit", async () => {
    const expected = wordsOf(await finalOf(engine.api, request), "utf16");
    assert.ok(expected.includes("Jäger") && expected.includes("Café"), expected.join("|"));
    assert.ok(expected.some((passage) => passage.length > 200));
    for (const unit of spanUnits)
      for (const withText of [true, false]) {
        const payload = { ...request.payload, text: withText };
        const update = await finalOf(engine.api, { ...request, payload, spanUnit: unit });
        assert.deepEqual(wordsOf(update, unit), expected, `${unit}, text: ${withText}`);
      }
  });

  it("do not depend on what an earlier search asked for", async () => {
    const cached = { ...request, context: undefined };
    const [utf8, utf16, again] = [
      await finalOf(engine.api, { ...cached, spanUnit: "utf8" }),
      await finalOf(engine.api, cached),
      await finalOf(engine.api, { ...cached, spanUnit: "utf8" }),
    ];
    assert.deepEqual(again.hits, utf8.hits);
    assert.notDeepEqual(utf16.hits, utf8.hits);
  });

  it("of an explanation are the same texts in each unit", async () => {
    const signal = new AbortController().signal;
    const { collection, text: query = "" } = request;
    const explained = async (unit: SpanUnit): Promise<readonly (string | undefined)[]> => {
      const { span, matches } = await engine.api.explain(
        { collection, text: query, key: "a", passageNumber: 2, spanUnit: unit },
        { signal },
      );
      const of = (from: string, place: Span | undefined): string | undefined =>
        place && sliced[unit](from, place);
      const tokens = matches.flatMap(({ querySpan, passageSpan, titleSpan }) => [
        of(query, querySpan),
        of(text, passageSpan) ?? of(title, titleSpan),
      ]);
      return [of(text, span), ...tokens];
    };
    const expected = await explained("utf16");
    assert.ok(expected.includes("Café") || expected.includes("Jäger"), expected.join("|"));
    for (const unit of spanUnits) assert.deepEqual(await explained(unit), expected, unit);
  });
});
