// list_collections: what there is to search.

import { z } from "zod";
import { limits } from "../../core/limits.js";
import { tool } from "../tool.js";

export const listCollectionsTool = tool({
  name: "list_collections",
  title: "List collections",
  description: "Lists the collections that can be searched, by name, with their sizes.",
  input: z.strictObject({
    prefix: z.string().default("").describe("Only collections whose names begin with it."),
  }),
  output: z.object({
    collections: z.array(
      z.object({
        name: z.string(),
        document_count: z.int(),
        passage_count: z.int(),
        model: z.string().optional().describe("The model that encodes its texts."),
      }),
    ),
    total_count: z
      .int()
      .describe("Of all that the prefix matches; more than are listed: use a longer prefix."),
  }),
  async run({ prefix }, { source, signal }) {
    const all = await source.listCollections(signal);
    const matching = all.filter(({ settings }) => settings.name.startsWith(prefix));
    return {
      collections: matching
        .slice(0, limits.mcpCollectionsMax)
        .map(({ settings, documentCount, passageCount }) => ({
          name: settings.name,
          document_count: documentCount,
          passage_count: passageCount,
          model: settings.modelName,
        })),
      total_count: matching.length,
    };
  },
});
