// The shape of bench/results/languages.json.

import * as z from "zod";

const share = z.number().min(0).max(1);

export const languagesSchema = z.strictObject({
  command: z.string(),
  /** nDCG@10 of each ranking. */
  languages: z.array(
    z.strictObject({
      language: z.string(),
      passages: z.int().min(1),
      queries: z.int().min(1),
      bm25: share,
      default: share,
      /** With the lexical weight of `wordsFirstWeight`. */
      wordsFirst: share,
    }),
  ),
});

export type LanguageFigures = z.infer<typeof languagesSchema>["languages"][number];
