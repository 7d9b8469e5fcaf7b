// Request and response formats of each kind of remote reranker.

import { z } from "zod";
import type { RemoteShape } from "../config/remote-rerankers.js";

export interface Asked {
  readonly model: string;
  readonly query: string;
  readonly texts: readonly string[];
}

interface Shape {
  /** Path below the service's URL. */
  readonly path: string;
  body(asked: Asked): object;
  readonly answer: z.ZodType<readonly Scored[]>;
}

interface Scored {
  readonly index: number;
  readonly score: number;
}

const scored = z
  .object({ index: z.int(), relevance_score: z.number() })
  .transform(({ index, relevance_score: score }) => ({ index, score }));

/**
 * Paths, fields and defaults from the services' documentation. The services truncate long texts.
 */
export const shapes: Readonly<Record<RemoteShape, Shape>> = {
  cohere: {
    path: "/v2/rerank",
    body: ({ model, query, texts }) => ({ model, query, documents: texts, top_n: texts.length }),
    answer: z.object({ results: z.array(scored) }).transform(({ results }) => results),
  },
  jina: {
    path: "/v1/rerank",
    body: ({ model, query, texts }) => ({
      model,
      query,
      documents: texts,
      top_n: texts.length,
      return_documents: false,
    }),
    answer: z.object({ results: z.array(scored) }).transform(({ results }) => results),
  },
  voyage: {
    path: "/v1/rerank",
    body: ({ model, query, texts }) => ({ model, query, documents: texts, truncation: true }),
    answer: z.object({ data: z.array(scored) }).transform(({ data }) => data),
  },
  tei: {
    path: "/rerank",
    // Not raw: the service applies the logistic function.
    body: ({ query, texts }) => ({ query, texts, raw_scores: false, truncate: true }),
    answer: z.array(z.object({ index: z.int(), score: z.number() })),
  },
};

/** Tolerance for scores slightly outside [0, 1]; they are clamped. */
const tolerance = 1e-3;

/**
 * Relevances in [0, 1], one per text in the order sent; negative similarities become 0. A string
 * describes what is wrong with the response, without quoting it.
 */
export function readAnswer(
  shape: Shape,
  answer: string,
  count: number,
): readonly number[] | string {
  let json: unknown;
  try {
    json = JSON.parse(answer);
  } catch {
    return "its response is not JSON";
  }
  const read = shape.answer.safeParse(json);
  if (!read.success)
    return `its response lacks ${read.error.issues[0]?.path.join(".") || "a list"}`;
  if (read.data.length !== count)
    return `it returned ${read.data.length} scores for ${count} texts`;
  const relevances = new Array<number | undefined>(count).fill(undefined);
  for (const { index, score } of read.data) {
    if (index < 0 || index >= count) return `it scored text ${index} of ${count}`;
    if (relevances[index] !== undefined) return `it scored text ${index} twice`;
    if (!(Math.abs(score) <= 1 + tolerance)) return `its score ${score} is not a relevance`;
    relevances[index] = Math.min(1, Math.max(0, score));
  }
  return relevances.filter((relevance) => relevance !== undefined);
}
