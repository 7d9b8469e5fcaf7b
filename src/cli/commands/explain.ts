// sluice explain: shows how a document got its score, token by token.

import { explainedFields, explainRequestFields } from "../../contract/explain.js";
import type { Command } from "commander";
import type { Filter } from "../../core/filter.js";
import type { SpanUnit } from "../../core/span-units.js";
import { toJson } from "../../contract/to-json.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { filterText, spanUnit as spanUnitOf, valueOf } from "../option-parsers.js";
import { explanationLines } from "../terminal/heat-map.js";

interface ExplainOptions extends ConnectionOptions {
  readonly passage?: number;
  readonly filter?: Filter;
  readonly lexicalWeight?: number;
  readonly spanUnit?: SpanUnit;
  readonly json?: boolean;
}

export function addExplainCommand(program: Command, context: CliContext): void {
  const command = program
    .command("explain <collection> <key> <query...>")
    .summary("show how a document got its score, as a heat map")
    .description(
      "Prints for each token of the query the token of the passage that matched it best, and the score; the " +
        "scores add up to the MaxSim of the hit. Matches are highlighted in the text, the best warmest.",
    )
    .option(
      "--passage <n>",
      "passage of the document, from 0",
      valueOf(explainRequestFields.passageNumber),
    )
    .option("--filter <conditions>", "as in the search that is explained", filterText)
    .option(
      "--lexical-weight <w>",
      "weight of BM25 in the score",
      valueOf(explainRequestFields.lexicalWeight),
    )
    .option("--json", "print the explanation as one object of JSON")
    .option(
      "--span-unit <unit>",
      "with --json: count places in utf16, code_points, utf8",
      spanUnitOf,
    )
    .addHelpText("after", '\nExamples:\n  sluice explain docs fs.readFile "read a whole file"');
  addConnectionOptions(command);
  command.action(
    async (collection: string, key: string, words: string[], options: ExplainOptions) => {
      const { server, tlsCa, tlsCert, tlsKey, json, passage, spanUnit, ...rest } = options;
      // The heat map is painted by this program, which counts as JavaScript does.
      const asked = json === true ? { ...rest, spanUnit } : rest;
      await withClient({ server, tlsCa, tlsCert, tlsKey }, async (client) => {
        const text = words.join(" ");
        const request = { collection, key, text, passageNumber: passage, ...asked };
        const explained = await client.explain(request, { signal: context.interrupted });
        if (json === true) {
          context.printJson(toJson(explainedFields, explained));
          return;
        }
        const { documents } = await client.get(collection, [key]);
        const { style } = context.out;
        const view = { text: documents[0]?.text, columns: context.out.size().columns, style };
        const hasColor = style.bold("x") !== "x";
        context.print(`${style.bold(key)} for ${text}`);
        for (const line of explanationLines(explained, { ...view, hasColor })) context.print(line);
      });
    },
  );
}
