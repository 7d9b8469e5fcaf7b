// sluice optimize: flushes a collection's journal and merges its segments.

import type { Command } from "commander";
import { addConnectionOptions, withClient } from "../connection.js";
import type { ConnectionOptions } from "../connection.js";
import type { CliContext } from "../context.js";
import { addDetachOption, startDetached } from "../detached-job.js";
import type { DetachOption } from "../detached-job.js";
import { createProgressLine } from "../terminal/progress.js";
import type { Progress } from "../terminal/progress.js";
import { formatCount } from "../terminal/text.js";

interface Options extends ConnectionOptions, DetachOption {
  readonly full?: boolean;
  readonly reanalyze?: boolean;
}

export function addOptimizeCommand(program: Command, context: CliContext): void {
  const command = program
    .command("optimize <collection>")
    .summary("merge segments, drop deleted passages")
    .description(
      "Flushes the journal to a segment and merges segments where worthwhile. Scores do not change; searches and writes continue meanwhile.",
    )
    .option(
      "--full",
      "merge into as few segments as possible, drop deleted passages, give free space back",
    )
    .option("--reanalyze", "rebuild all terms with the latest version of the analyzer")
    .option("--json", "print the result as JSON");
  addConnectionOptions(addDetachOption(command));
  command.action(async (name: string, options: Options) => {
    await withClient(options, async (client) => {
      const signal = context.interrupted;
      const { full = false, reanalyze = false } = options;
      if (options.detach === true) {
        const job = { kind: "optimize", collection: name, full, reanalyze } as const;
        return startDetached(client, job, { options, context });
      }
      let bar: Progress | undefined;
      const job = client.collections.optimize(name, { full, reanalyze, signal });
      let bytes = {};
      let size = "";
      for await (const { step, done, total, bytesBefore, bytesAfter } of job) {
        if (bytesBefore !== undefined && bytesAfter !== undefined) {
          bytes = { disk_bytes_before: bytesBefore, disk_bytes_after: bytesAfter };
          size = `, ${formatCount(bytesBefore)} bytes before, ${formatCount(bytesAfter)} after`;
        }
        if (total === 0) continue;
        bar ??= createProgressLine({
          label: step,
          unit: "merges",
          total,
          terminal: context.err,
          nowMs: context.nowMs,
        });
        bar.update(done);
      }
      bar?.finish();
      const { segmentCount } = await client.collections.describe(name, { signal });
      if (options.json === true) context.printJson({ segment_count: segmentCount, ...bytes });
      else context.print(`${name}: ${segmentCount} segments${size}`);
    });
  });
}
