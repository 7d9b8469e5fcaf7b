// sluice slow-searches: the last searches of the server that took long.

import type { Command } from "commander";
import { slowSearchesFields } from "../../contract/slow-searches.js";
import type { SlowSearch, SlowSearchList } from "../../contract/slow-searches.js";
import { toJson } from "../../contract/to-json.js";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { timingsLine } from "../terminal/ranking-view.js";
import { cut, formatMs } from "../terminal/text.js";

interface Options extends ConnectionOptions {
  readonly json?: boolean;
}

export function addSlowSearchesCommand(program: Command, context: CliContext): void {
  const command = program
    .command("slow-searches")
    .summary("list the last searches that took long")
    .description(
      "Lists the last 100 searches that took longer than log.slowSearchMs, the newest first, of " +
        "collections that the caller administers. The server keeps them in memory until it stops.",
    )
    .option("--json", "print one object of JSON")
    .addHelpText("after", examples);
  addConnectionOptions(command);
  command.action(async (options: Options) => {
    const searches = await withClient(options, (client) =>
      client.slowSearches({ signal: context.interrupted }),
    );
    if (options.json === true)
      context.printJson(toJson<SlowSearchList>(slowSearchesFields, { searches }));
    else if (searches.length === 0) context.print("no slow searches");
    else for (const search of searches) context.print(slowSearchLine(search));
  });
}

/** Time, duration, outcome, collection and query; then the stages that ran. */
function slowSearchLine(search: SlowSearch): string {
  const { endTimeMs, durationUs, outcome, collection, queryText, timings } = search;
  return [
    new Date(endTimeMs).toISOString(),
    formatMs(durationUs / 1000),
    outcome,
    collection,
    cut(queryText, 60),
    ...(timings === undefined ? [] : [timingsLine({ timings })]),
  ].join("  ");
}

const examples = `
Examples:
  sluice slow-searches
  sluice slow-searches --json | jq '.searches[].query_text'`;
