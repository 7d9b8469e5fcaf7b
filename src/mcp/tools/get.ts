// get: documents by their keys, long ones in parts.

import { z } from "zod";
import { limits } from "../../core/limits.js";
import { tool } from "../tool.js";
import {
  collectionArgument,
  documentUri,
  excerpt,
  fieldsSchema,
  keyArgument,
  noteSchema,
  quotationNote,
  shownFields,
} from "./shared.js";

export const getTool = tool({
  name: "get",
  title: "Get documents",
  description:
    "Returns documents by their keys, with their whole texts or parts of them: " +
    "when text_length is more than start and the returned text together, call again with a larger start.",
  input: z.strictObject({
    collection: collectionArgument,
    keys: z.array(keyArgument).min(1).max(limits.mcpKeysMax),
    start: z.int().min(0).default(0).describe("Where the texts begin, in UTF-16 code units."),
    length: z
      .int()
      .min(1)
      .max(limits.mcpTextLengthMax)
      .default(8_000)
      .describe("Length of each text at most, in UTF-16 code units."),
  }),
  output: z.object({
    note: noteSchema,
    documents: z
      .array(
        z.object({
          key: z.string(),
          title: z.string(),
          text: z.string(),
          start: z.int(),
          text_length: z.int().describe("Of the whole text, in UTF-16 code units."),
          fields: fieldsSchema.optional(),
          uri: z.string(),
        }),
      )
      .describe("In the order of the keys."),
    missing_keys: z.array(z.string()),
  }),
  async run({ collection, keys, start, length }, { source, signal }) {
    const { documents, missingKeys } = await source.get(collection, keys, signal);
    return {
      note: quotationNote,
      documents: documents.map(({ key, title, text, fields }) => ({
        key,
        title,
        text: excerpt(text, start, length),
        start,
        text_length: text.length,
        fields: shownFields(fields),
        uri: documentUri(collection, key),
      })),
      missing_keys: [...missingKeys],
    };
  },
});
