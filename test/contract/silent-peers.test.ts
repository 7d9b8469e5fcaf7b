// Peers that say nothing for a while: stopped processes keep their streams, and the kernel looks for
// machines that are gone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { startEdge } from "../support/edge-server.js";
import { update } from "../support/edge-engine.js";
import { startChild } from "../support/child.js";
import { createDeferred } from "../support/fake-time.js";

describe("a silent peer", () => {
  it("keeps its stream while its process is stopped, and while the server stands still", async () => {
    const edge = await startEdge();
    const mayEnd = createDeferred<undefined>();
    edge.engine.script = async function* () {
      yield update({});
      await mayEnd.promise;
      yield update({ sequence: 2, final: true });
    };
    const child = startChild(new URL("../support/search-child.js", import.meta.url), [
      edge.address,
    ]);
    assert.equal(await child.nextLine(), "update");
    child.kill("SIGSTOP");
    // The event loop of this process, which is the server's, stands still and answers no ping.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    child.kill("SIGCONT");
    mayEnd.resolve(undefined);
    assert.equal(await child.nextLine(), "final");
    assert.equal(await child.ended, 0);
    await edge.close();
  });

  if (process.platform === "linux")
    it("is probed by the kernel", async () => {
      const edge = await startEdge();
      assert.equal(await edge.client.health(), "SERVING");
      const port = edge.server.port.toString(16).toUpperCase().padStart(4, "0");
      const rows = readFileSync("/proc/net/tcp", "utf8").split("\n");
      const accepted = rows
        .map((row) => row.trim().split(/\s+/))
        .filter(([, local, , state]) => local?.endsWith(`:${port}`) === true && state === "01");
      // The fifth column begins with the timer that runs: 02 is that of idle connections.
      assert.ok(accepted.length > 0);
      for (const columns of accepted) assert.match(columns[5] ?? "", /^02:/);
      await edge.close();
    });
});
