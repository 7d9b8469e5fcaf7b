// kill -9 of a server at any moment: the short form of `make test-crash`, and proof that it can fail.

import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

import { useTemporaryFolder } from "../support/each-test-folder.js";
import { endServersAfterEach } from "../support/server-process.js";
import { runCampaign } from "./campaign.js";

describe("a server that is killed at random moments", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("holds everything that it acknowledged and nothing by half, 10 times over", async () => {
    const report = await runCampaign({ seed: 2026, rounds: 10, folder: folder() });
    assert.equal(report.lost, 0);
    assert.ok(report.acknowledged > 10 * 20, "the server got some way between the kills");
    assert.ok((report.killedDuring["writes"] ?? 0) > 4, "most kills met writes under way");
    assert.ok(report.happened > 0 && report.absent > 0, "on both sides of their commit");
  });
});

describe("the crash campaign", () => {
  const folder = useTemporaryFolder();
  endServersAfterEach();

  it("fails when an acknowledged write is not there", async () => {
    const campaign = runCampaign({
      seed: 1,
      rounds: 1,
      folder: folder(),
      tamper(_round, { targets: [target] }) {
        target?.ledger.begin("never sent", 1);
        target?.ledger.acknowledge("never sent");
      },
    });
    await assert.rejects(campaign, /"never sent": version 1 was acknowledged, nothing is there/);
  });

  it("fails when a deleted document is back", async () => {
    const campaign = runCampaign({
      // After hundreds of acknowledgments some key has no other write in flight.
      seed: 5,
      rounds: 1,
      acksMin: 300,
      folder: folder(),
      tamper(_round, { targets }) {
        for (const { ledger } of targets)
          for (const { key } of ledger.documents()) {
            if (ledger.isPending(key)) continue;
            ledger.begin(key, undefined);
            ledger.acknowledge(key);
          }
      },
    });
    await assert.rejects(campaign, /it was deleted or never written was acknowledged, "version/);
  });

  it("fails when the disk has gone back to what it held a crash before", async () => {
    const kept = join(folder(), "kept");
    const campaign = runCampaign({
      seed: 3,
      rounds: 2,
      folder: folder(),
      tamper(round, { data }) {
        if (round === 0) {
          cpSync(data, kept, { recursive: true });
        } else {
          rmSync(data, { recursive: true });
          cpSync(kept, data, { recursive: true });
        }
      },
    });
    await assert.rejects(campaign, /was acknowledged, (nothing|"version \d+") is there/);
  });
});
