// A client in a separate process: runs one search and prints a line per update.

import { createClient } from "../../src/client/client.js";

const client = createClient({
  address: process.argv[2] ?? "",
  nowMs: Date.now,
  random: () => 0.5,
  keepaliveMs: 100,
  keepaliveTimeoutMs: 60_000,
});
for await (const { final } of client.search({ collection: "notes", text: "a" }))
  process.stdout.write(final ? "final\n" : "update\n");
client.close();
