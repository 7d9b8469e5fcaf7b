// What each kind of re-ranking service is asked, and what its answers mean.

import { z } from "zod";
import type { RemoteShape } from "../config/remote-rerankers.js";

export interface Asked {
  readonly model: string;
  readonly query: string;
  readonly texts: readonly string[];
}

interface Shape {
  /** Below the service's address. */
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

/** Paths, fields and defaults as the services document them; long texts they cut themselves. */
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
    // Not raw: the service applies the logistic function itself.
    body: ({ query, texts }) => ({ query, texts, raw_scores: false, truncate: true }),
    answer: z.array(z.object({ index: z.int(), score: z.number() })),
  },
};

/** Scores that rounding has put a little outside count as those at the end. */
const tolerance = 1e-3;

/**
 * Relevances in [0, 1], one for each text in the order that was sent; negative similarities are 0.
 * A string says what is wrong with the answer, in words that hold nothing of it.
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
    return "its answer is not JSON";
  }
  const read = shape.answer.safeParse(json);
  if (!read.success) return `its answer lacks ${read.error.issues[0]?.path.join(".") || "a list"}`;
  if (read.data.length !== count) return `it gave ${read.data.length} scores for ${count} texts`;
  const relevances = new Array<number | undefined>(count).fill(undefined);
  for (const { index, score } of read.data) {
    if (index < 0 || index >= count) return `it scored text ${index} of ${count}`;
    if (relevances[index] !== undefined) return `it scored text ${index} twice`;
    if (!(Math.abs(score) <= 1 + tolerance)) return `its score ${score} is not a relevance`;
    relevances[index] = Math.min(1, Math.max(0, score));
  }
  return relevances.filter((relevance) => relevance !== undefined);
}
