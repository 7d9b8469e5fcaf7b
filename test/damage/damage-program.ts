// `make test-damage`: the long campaign of flipped bits. FLIPS and SEED as arguments; writes
// bench/results/damage.json and ends with 1 when something wrong was served as right, or when so many
// processes ended or hung that little was judged.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import { runCampaign } from "./campaign.js";

const [, , flips = "1000", seed = "2026"] = process.argv;
const folder = mkdtempSync(join(tmpdir(), "sluice-damage-"));
try {
  const report = await runCampaign({
    seed: Number(seed),
    flips: Number(flips),
    folder,
    onFlip(done, { verdict, why, bit }) {
      if (verdict === "wrong") process.stdout.write(`bit ${bit}: ${why}\n`);
      if (done % 50 === 0) process.stdout.write(`${done} bits flipped\n`);
    },
  });
  const path = join(repositoryRoot(), "bench/results/damage.json");
  const command = `make test-damage FLIPS=${flips} SEED=${seed}`;
  writeFileSync(path, `${JSON.stringify({ command, ...report }, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  for (const failure of report.failures) process.stdout.write(`failed: ${failure}\n`);
  if (report.failures.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
