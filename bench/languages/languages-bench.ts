// `make bench-languages`: nDCG@10 on the sample of each language, by words and by default, from a
// server with defaults. The results are the same on every machine with the same kernels' results.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createClient } from "../../src/client/client.js";
import { repositoryRoot } from "../../src/core/paths.js";
import { startLoadServer } from "../load/server.js";
import type { LanguageFigures } from "./languages-schema.js";
import { measureLanguage } from "./measure.js";
import { sampleLanguages } from "./settings.js";

const data = mkdtempSync(join(tmpdir(), "sluice-languages-"));
try {
  const server = await startLoadServer(data);
  const { address } = server;
  const client = createClient({ address, nowMs: () => performance.now(), random: () => 0.5 });
  const languages: LanguageFigures[] = [];
  for (const language of sampleLanguages) {
    languages.push(await measureLanguage(client, language));
    console.log(JSON.stringify(languages.at(-1)));
  }
  client.close();
  await server.stop();
  const file = { command: "make bench-languages", languages };
  const path = join(repositoryRoot(), "bench/results/languages.json");
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
} finally {
  rmSync(data, { recursive: true, force: true });
}
