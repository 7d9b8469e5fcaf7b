// Re-ranking in the shapes of Cohere, Jina, Voyage and vLLM, which differ in names, and of Hugging
// Face's Text Embeddings Inference (TEI).

import { z } from "zod";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { RankedItem, RerankRequest } from "../contract/rerank.js";

const count = z.int().min(1).optional();
const items = z.union([z.string(), z.looseObject({})]);
const model = z.string().max(255).default("");

// Other fields of the clients concern billing and truncation and are ignored: texts are read whole,
// in windows.
export const rerankBody = z.looseObject({
  model,
  query: z.union([z.string(), z.looseObject({ text: z.string() }).transform(({ text }) => text)]),
  documents: z.array(items).min(1).max(limits.rerankItemsMax),
  /** Cohere, Jina and vLLM. */
  top_n: count,
  /** Voyage. */
  top_k: count,
  return_documents: z.boolean().default(false),
  /** Results of a lower score are left out. */
  min_score: z.number().optional(),
  /** Of models that follow instructions. */
  instruction: z.string().optional(),
  /** Cohere's first version: fields of a document that are read, in this order. */
  rank_fields: z.array(z.string()).optional(),
});

const ranked = z.strictObject({ index: z.int(), relevance_score: z.number() });

/** Of an answer. */
export const rerankShape = z.looseObject({
  id: z.string(),
  model: z.string(),
  results: z.array(ranked.extend({ document: z.strictObject({ text: z.string() }).optional() })),
  data: z.array(ranked.extend({ document: z.string().optional() })),
});

export interface RerankBody {
  readonly request: RerankRequest;
  readonly returnsDocuments: boolean;
  /** What was ignored, in words. */
  readonly warnings: readonly string[];
}

/** Throws INVALID_FIELD naming the field. */
export function rerankBodyFrom(data: z.output<typeof rerankBody>): RerankBody {
  const { length } = data.documents;
  const topN = data.top_n ?? data.top_k;
  const isInstructed = data.instruction !== undefined && data.instruction !== "";
  return {
    returnsDocuments: data.return_documents,
    warnings: isInstructed ? ["instruction is ignored: no model of this server takes one"] : [],
    request: {
      text: data.query,
      items: data.documents.map((document, i) => ({
        text: textOf(document, data.rank_fields, `documents.${i}`),
      })),
      model: data.model,
      minScore: data.min_score,
      topN: topN === undefined ? undefined : Math.min(topN, length),
    },
  };
}

function textOf(
  document: string | Readonly<Record<string, unknown>>,
  rankFields: readonly string[] = ["text"],
  field: string,
): string {
  if (typeof document === "string") return document;
  const texts = rankFields.flatMap((name) => {
    const value = document[name];
    return typeof value === "string" ? [value] : [];
  });
  if (texts.length > 0) return texts.join("\n");
  const message = `${field} has no text in ${rankFields.join(", ")}`;
  throw new SluiceError("INVALID_FIELD", message, { field });
}

/**
 * A response with the names that each client expects: `results` for Cohere, Jina and vLLM, `data` for
 * Voyage. Scores are clamped to at least 0, the minimum of those services. Billed units and tokens
 * are 0.
 */
export function rerankAnswer(
  { request, returnsDocuments, warnings }: RerankBody,
  hits: readonly RankedItem[],
  answer: { readonly id: string; readonly version: "1" | "2" },
): object {
  const all = hits.map(({ index, score }) => ({
    index,
    relevance_score: Math.max(0, score),
    text: request.items[index]?.text ?? "",
  }));
  const meta = {
    api_version: { version: answer.version },
    billed_units: { search_units: 0 },
    ...(warnings.length === 0 ? {} : { warnings }),
  };
  return {
    id: answer.id,
    object: "list",
    model: request.model ?? "",
    results: all.map(({ text, ...hit }) =>
      returnsDocuments ? { ...hit, document: { text } } : hit,
    ),
    data: all.map(({ text, ...hit }) => (returnsDocuments ? { ...hit, document: text } : hit)),
    usage: { total_tokens: 0 },
    meta,
  };
}

/** The body of TEI's /rerank. Its options of truncation are ignored. */
export const teiBody = z.looseObject({
  query: z.string(),
  texts: z.array(z.string()).min(1).max(limits.rerankItemsMax),
  return_text: z.boolean().default(false),
});

/** Of an answer. */
export const teiShape = z.array(
  z.strictObject({ index: z.int(), score: z.number(), text: z.string().optional() }),
);

/** TEI serves one model, so that its clients name none: the server's default ranks. */
export function teiRequest({ query, texts }: z.output<typeof teiBody>): RerankRequest {
  return { text: query, items: texts.map((text) => ({ text })) };
}

/** Best first. */
export function teiAnswer(
  { texts, return_text: returnsText }: z.output<typeof teiBody>,
  hits: readonly RankedItem[],
): object[] {
  return hits.map(({ index, score }) => ({
    index,
    score: Math.max(0, score),
    ...(returnsText ? { text: texts[index] } : {}),
  }));
}

const oneOrMore = z.union([z.string(), z.array(z.string()).min(1).max(limits.rerankItemsMax)]);

/** The body of vLLM's /score: one text against one or several. */
export const scoreBody = z.looseObject({ model, text_1: z.string(), text_2: oneOrMore });

/** Of an answer. */
export const scoreShape = z.looseObject({
  id: z.string(),
  model: z.string(),
  data: z.array(z.looseObject({ index: z.int(), score: z.number() })),
});

export function scoreRequest(data: z.output<typeof scoreBody>): RerankRequest {
  const texts = typeof data.text_2 === "string" ? [data.text_2] : data.text_2;
  return { text: data.text_1, model: data.model, items: texts.map((text) => ({ text })) };
}

/** In the order of the texts. */
export function scoreAnswer(
  data: z.output<typeof scoreBody>,
  hits: readonly RankedItem[],
  id: string,
): object {
  const inOrder = [...hits].sort((a, b) => a.index - b.index);
  return {
    id,
    object: "list",
    model: data.model,
    data: inOrder.map(({ index, score }) => ({
      index,
      object: "score",
      score: Math.max(0, score),
    })),
    usage: { total_tokens: 0 },
  };
}
