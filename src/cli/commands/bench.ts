// sluice bench: how fast the parts are on this machine. The measuring itself is in bench/.

import type { Command } from "commander";

export function addBenchCommand(program: Command): void {
  const command = program
    .command("bench")
    .summary("measure the speed of the parts on this machine");
  command
    .command("kernels")
    .summary("every kernel against the limits of this machine")
    .description(
      "Times every kernel, bit width, dimension and instruction set that this CPU has against bare " +
        "loops and plain reading in the same run: the share of the limit. A few minutes.",
    )
    .option("--json", "print the figures as one JSON array")
    .option("--seconds <seconds>", "time for each figure", "0.3")
    .addHelpText("after", "\nExamples:\n  sluice bench kernels --seconds 0.05 --json")
    .action(async (flags: { readonly json?: boolean; readonly seconds: string }) => {
      const seconds = Number(flags.seconds);
      if (!(seconds > 0 && seconds <= 60))
        command.error(`--seconds is ${flags.seconds}, it must be above 0 and at most 60`);
      const { runKernelBench } = await import("../../../bench/kernels/kernel-bench.js");
      await runKernelBench({ json: flags.json === true, seconds });
    });
}
