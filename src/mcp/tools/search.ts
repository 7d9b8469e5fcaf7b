// search and refine: a ranking within a time limit, and a better one of the same search.

import { z } from "zod";
import { certificates, scoreKinds } from "../../contract/search-update.js";
import type { SearchHit } from "../../contract/search-update.js";
import { limits } from "../../core/limits.js";
import type { SearchRequest } from "../../contract/search-request.js";
import type { AskedSearch } from "../handles.js";
import { tool } from "../tool.js";
import type { ToolCall } from "../tool.js";
import {
  budgetArgument,
  collectionArgument,
  degradationsSchema,
  documentUri,
  excerpt,
  fieldsSchema,
  filterArgument,
  searchToEnd,
  hitCountArgument,
  noteSchema,
  queryArgument,
  quotationNote,
  askedRequest,
  rounded,
  shownDegradations,
  shownFields,
} from "./shared.js";

const hitSchema = z.object({
  rank: z.int(),
  key: z.string(),
  title: z.string(),
  text: z.string().describe("The passage of the document that matches best."),
  text_truncated: z.boolean().optional(),
  passage_number: z.int().describe("From 0, in its document."),
  score: z.number(),
  probability: z.number().optional().describe("Of relevance, in a calibrated collection."),
  fields: fieldsSchema.optional(),
  uri: z.string().describe("The whole document as a resource."),
});

const rankingSchema = z.object({
  note: noteSchema,
  collection: z.string(),
  certificate: z
    .enum(certificates)
    .describe(
      "What the ranking is worth. lexical: by words alone. estimate: by late interaction over the best candidates. exact: over everything. reranked: and its top by a cross-encoder.",
    ),
  score_kind: z
    .enum(scoreKinds)
    .describe(
      "What score is: bm25, of the fusion of words and sketches, relevance by late interaction, or reranked by a cross-encoder. Scores of different kinds cannot be compared.",
    ),
  expected_recall: z
    .number()
    .optional()
    .describe("Share of the exact top 10 that such a search finds, where it was measured."),
  complete: z.boolean().describe("False when the time limit or a failure cut the search."),
  settled_count: z
    .int()
    .describe("So many leading hits stay as they are when the same search runs to its end."),
  unchanged_count: z
    .int()
    .optional()
    .describe("Of refine: so many leading hits are the same as in the answer before."),
  hits: z.array(hitSchema),
  degradations: degradationsSchema,
  handle: z.string().describe("For refine."),
  elapsed_ms: z.number(),
});

type Ranking = z.output<typeof rankingSchema>;

export const searchTool = tool({
  name: "search",
  title: "Search a collection",
  description:
    "Ranks the documents of a collection by their relevance to a question and quotes the best passage of each. " +
    "When settled_count covers the hits that matter, the ranking is good enough; otherwise call refine with the handle.",
  input: z.strictObject({
    collection: collectionArgument,
    query: queryArgument,
    k: hitCountArgument.default(limits.hitCountDefault).describe("Hits wanted."),
    filter: filterArgument,
    budget_ms: budgetArgument(1_000),
  }),
  output: rankingSchema,
  async run({ budget_ms: budgetMs, ...asked }, call) {
    return ranking(asked, { ...askedRequest(asked), budgetMs }, call);
  },
});

const refinements = ["complete", "exact", "rerank"] as const;

const requestsOf: Readonly<Record<(typeof refinements)[number], Partial<SearchRequest>>> = {
  complete: {},
  exact: { exhaustive: true },
  rerank: { rerank: {} },
};

export const refineTool = tool({
  name: "refine",
  title: "Refine a ranking",
  description:
    "Runs an earlier search again with more effort and answers in the same form. " +
    "Use it when the ranking of search was cut (complete is false) or is not good enough.",
  input: z.strictObject({
    handle: z.string().describe("From the answer of search or refine."),
    how: z
      .enum(refinements)
      .default("complete")
      .describe(
        "complete: the same search with more time. exact: scores every passage. rerank: reads the best hits with a cross-encoder, the best and slowest.",
      ),
    k: hitCountArgument.optional().describe("Hits wanted; default: as before."),
    budget_ms: budgetArgument(10_000),
  }),
  output: rankingSchema,
  async run({ handle, how, k, budget_ms: budgetMs }, call) {
    const before = call.handles.find(handle, call.owner);
    const asked = { ...before.asked, k: k ?? before.asked.k };
    const request = { ...askedRequest(asked), ...requestsOf[how], budgetMs };
    const better = await ranking(asked, request, call, handle);
    const changed = better.hits.findIndex(({ key }, i) => key !== before.keys[i]);
    return { ...better, unchanged_count: changed < 0 ? better.hits.length : changed };
  },
});

async function ranking(
  asked: AskedSearch,
  request: SearchRequest,
  call: ToolCall,
  handle?: string,
): Promise<Ranking> {
  const { final, isComplete, settledCount } = await searchToEnd(request, call);
  const keys = final.hits.map(({ key }) => key);
  return {
    note: quotationNote,
    collection: asked.collection,
    certificate: final.certificate,
    score_kind: final.scoreKind,
    expected_recall: final.expectedRecall,
    complete: isComplete,
    settled_count: settledCount,
    hits: final.hits.map((hit) => shownHit(asked.collection, hit)),
    degradations: shownDegradations(final.degradations),
    handle: call.handles.keep({ asked, keys }, call.owner, handle),
    elapsed_ms: Math.round(final.timings.total / 1000),
  };
}

function shownHit(collection: string, hit: SearchHit): z.output<typeof hitSchema> {
  const { key, rank, score, parts, passageNumber, span, payload } = hit;
  const length = span.end - span.start;
  const isTruncated = length > limits.mcpPassageLengthMax;
  return {
    rank,
    key,
    title: payload?.title ?? "",
    text: excerpt(payload?.text ?? "", span.start, Math.min(length, limits.mcpPassageLengthMax)),
    text_truncated: isTruncated ? true : undefined,
    passage_number: passageNumber,
    score: rounded(score),
    probability: parts.probability === undefined ? undefined : rounded(parts.probability),
    fields: shownFields(payload?.fields),
    uri: documentUri(collection, key),
  };
}
