// `make test-crash`: the long crash campaign. SEED and ROUNDS as arguments; writes
// bench/results/crash.json and ends with 1 when anything was not as it must be.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";
import { runCampaign } from "./campaign.js";

const [, , rounds = "300", seed = "2026"] = process.argv;
const folder = mkdtempSync(join(tmpdir(), "sluice-crash-"));
try {
  const report = await runCampaign({
    seed: Number(seed),
    rounds: Number(rounds),
    folder,
    onRound(round, { acknowledged, killedDuring }) {
      if (round % 10 === 9)
        process.stdout.write(
          `${round + 1} kills, ${acknowledged} acks, during ${JSON.stringify(killedDuring)}\n`,
        );
    },
  });
  const path = join(repositoryRoot(), "bench/results/crash.json");
  const command = `make test-crash ROUNDS=${rounds} SEED=${seed}`;
  writeFileSync(path, `${JSON.stringify({ command, ...report }, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
