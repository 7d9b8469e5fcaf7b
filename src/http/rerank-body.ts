// Bodies of /v1/rerank and /v2/rerank in the shapes of Cohere, Jina and Voyage, which differ in names.

import { z } from "zod";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { RerankRequest, RerankUpdate } from "../contract/rerank.js";

const count = z.int().min(1).optional();

// Other fields of the clients concern billing and truncation and are ignored: texts are read whole,
// in windows.
export const rerankBody = z.looseObject({
  model: z.string().max(255).default(""),
  query: z.union([z.string(), z.looseObject({ text: z.string() }).transform(({ text }) => text)]),
  documents: z
    .array(z.union([z.string(), z.looseObject({})]))
    .min(1)
    .max(limits.hitCountMax),
  /** Cohere and Jina. */
  top_n: count,
  /** Voyage. */
  top_k: count,
  return_documents: z.boolean().default(false),
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
}

/** Throws INVALID_FIELD naming the field. */
export function rerankBodyFrom(data: z.output<typeof rerankBody>): RerankBody {
  const { length } = data.documents;
  const topN = data.top_n ?? data.top_k;
  return {
    returnsDocuments: data.return_documents,
    request: {
      text: data.query,
      items: data.documents.map((document, i) => ({
        text: textOf(document, data.rank_fields, `documents.${i}`),
      })),
      model: data.model,
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
 * A response with the names that each client expects: `results` for Cohere and Jina, `data` for
 * Voyage. Scores are clamped to at least 0, the minimum of those services. Billed units and tokens
 * are 0.
 */
export function rerankAnswer(
  { request, returnsDocuments }: RerankBody,
  { hits }: RerankUpdate,
  answer: { readonly id: string; readonly version: "1" | "2" },
): object {
  const ranked = hits.map(({ index, score }) => ({
    index,
    relevance_score: Math.max(0, score),
    text: request.items[index]?.text ?? "",
  }));
  return {
    id: answer.id,
    object: "list",
    model: request.model ?? "",
    results: ranked.map(({ text, ...hit }) =>
      returnsDocuments ? { ...hit, document: { text } } : hit,
    ),
    data: ranked.map(({ text, ...hit }) => (returnsDocuments ? { ...hit, document: text } : hit)),
    usage: { total_tokens: 0 },
    meta: { api_version: { version: answer.version }, billed_units: { search_units: 0 } },
  };
}
