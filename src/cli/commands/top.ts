// sluice top: what a server does, live in a terminal.

import type { Command } from "commander";
import { setTimeout as sleep } from "node:timers/promises";
import type { CliContext } from "../context.js";
import { addHttpOptions, httpAddressOf } from "../http-connection.js";
import type { HttpConnectionOptions } from "../http-connection.js";
import { decimalNumber } from "../option-parsers.js";
import { createRedrawnBlock } from "../terminal/redraw.js";
import type { TopFigures } from "../../observability/server-figures.js";
import type { Scrape } from "../../observability/scrape-interval.js";

interface TopOptions extends HttpConnectionOptions {
  readonly interval: number;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** Lines of the view besides those of the collections. */
const otherLines = 30;

export function addTopCommand(program: Command, context: CliContext): void {
  const command = program
    .command("top")
    .summary("show what a server does, live")
    .description(
      "Shows searches with their stages, threads, caches, documents and collections of a running " +
        "server, from its metrics. Ctrl-C ends it. With access control the key needs the scope metrics.",
    )
    .option("--interval <seconds>", "time between two looks", decimalNumber(0.1, 3600), 2)
    .option("--once", "print the figures since the server started, and end")
    .option("--json", "print each look as a line of JSON")
    .addHelpText("after", examples);
  addHttpOptions(command).action((options: TopOptions) => top(options, context));
}

async function top(options: TopOptions, context: CliContext): Promise<void> {
  const { interrupted, out, nowMs } = context;
  const address = httpAddressOf(options);
  const [{ scrape }, { intervalOf }, { topFigures }] = await Promise.all([
    import("../top/scrape.js"),
    import("../../observability/scrape-interval.js"),
    import("../../observability/server-figures.js"),
  ]);
  const look = async (): Promise<Scrape> => {
    const series = await scrape(address);
    return { series, atMs: nowMs(), timeSeconds: Date.now() / 1000 };
  };
  const show = await chooseShow(options, context);
  let before = await look();
  if (options.once === true) {
    show(topFigures(intervalOf(undefined, before)));
    return;
  }
  if (out.isInteractive && options.json !== true) out.write("the first figures follow\n");
  while (!interrupted.aborted) {
    await sleep(1000 * options.interval, undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted) return;
    const after = await look();
    show(topFigures(intervalOf(before, after)));
    before = after;
  }
}

async function chooseShow(
  { json, once }: TopOptions,
  context: CliContext,
): Promise<(figures: TopFigures) => void> {
  const { out } = context;
  if (json === true) return (figures) => context.printJson(figures);
  const { topLines } = await import("../top/view.js");
  const linesOf = (figures: TopFigures): string[] => {
    const { columns, rows } = out.size();
    const collectionsMax = once === true ? 1000 : Math.max(1, rows - otherLines);
    return topLines(figures, { columns: columns - 1, collectionsMax, style: out.style });
  };
  if (once === true || !out.isInteractive)
    return (figures) => linesOf(figures).forEach((line) => context.print(line));
  const block = createRedrawnBlock(out);
  return (figures) => block.draw(linesOf(figures).slice(0, out.size().rows - 1));
}

const examples = `
Examples:
  sluice top
  sluice top --url https://search.example:7312 --tls-ca ca.pem --api-key-file operator.key
  sluice top --once --json`;
