// /metrics of a running server: named as Prometheus wants it, and complete for the dashboard and the
// alerts that come with it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../../src/core/paths.js";
import { lintExposition, metricNames } from "../support/exposition-lint.js";
import { startServerProcess, stopServer } from "../support/server-process.js";
import { withTemporaryFolder } from "../support/temporary-folder.js";

const deploy = join(repositoryRoot(), "deploy");
const rulesFile = "sluice.rules.yaml";

describe("the metrics of a server", () => {
  /** After a search, a write and a failed call over each port. */
  async function scrape(folder: string): Promise<string> {
    const server = await startServerProcess({ data: join(folder, "data") });
    const { client, url } = server;
    await client.collections.create({ name: "notes" });
    await client.ingest("notes", [
      { key: "a", title: "", text: "a quiet valley", fields: new Map() },
    ]);
    await client.searchFinal({ collection: "notes", text: "valley" });
    await assert.rejects(client.searchFinal({ collection: "none", text: "valley" }));
    assert.equal((await fetch(`${url}/v1/search?collection=none&q=x`)).status, 404);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    await stopServer(server);
    return metrics;
  }

  let text: string;
  before(async () => {
    await withTemporaryFolder(async (folder) => {
      text = await scrape(folder);
    });
  });

  it("have names, types and labels by Prometheus' rules, and what happened", () => {
    assert.deepEqual(lintExposition(text), []);
    const lines = new Set(text.split("\n"));
    for (const line of [
      'sluice_searches_total{outcome="ok"} 1',
      'sluice_searches_total{outcome="failed"} 2',
      'sluice_search_stage_seconds_count{stage="lexical"} 1',
      'sluice_search_certificates_total{certificate="exact"} 1',
      'sluice_errors_total{reason="COLLECTION_NOT_FOUND"} 2',
      'sluice_rpc_calls_total{path="/sluice.v1.SearchService/Search",status="OK"} 1',
      'sluice_http_requests_total{route="/v1/search",method="GET",status="404"} 1',
      "sluice_document_write_seconds_count 1",
      'sluice_collection_documents{collection="notes"} 1',
    ])
      assert.ok(lines.has(line), `${line} is there`);
    const busy = /^sluice_worker_busy_seconds_total\{pool="query_encoding"\} (\S+)$/m.exec(text);
    assert.ok(Number(busy?.[1]) > 0, "threads were busy");
    if (hasPromtool()) {
      const { status, stdout, stderr } = promtool(["check", "metrics"], text);
      assert.equal(status, 0, stdout + stderr);
    }
  });

  it("include every metric of the dashboard", () => {
    const dashboard = JSON.parse(
      readFileSync(join(deploy, "grafana/sluice.json"), "utf8"),
    ) as Dashboard;
    const places = new Set(dashboard.panels.map(({ gridPos: { x, y } }) => `${x} ${y}`));
    assert.equal(places.size, dashboard.panels.length, "no panel covers another");
    const expressions = dashboard.panels.flatMap(({ targets = [] }) =>
      targets.map(({ expr }) => expr),
    );
    assert.ok(expressions.length > 40);
    assert.deepEqual(missing(expressions), []);
  });

  it("include every metric of the alerts, which say what is wrong", () => {
    const { groups } = parse(readFileSync(join(deploy, "prometheus", rulesFile), "utf8")) as Rules;
    const rules = groups.flatMap((group) => group.rules);
    assert.ok(rules.length > 10);
    assert.deepEqual(missing(rules.map(({ expr }) => expr)), []);
    for (const { alert, labels, annotations } of rules) {
      assert.match(labels.severity, /^(critical|warning|info)$/, alert);
      assert.match(annotations.summary, /\{\{ \$labels\.instance \}\}/, alert);
    }
    const page = readFileSync(join(repositoryRoot(), "docs/operations/alert.md"), "utf8");
    const untold = rules.filter(({ alert }) => !page.includes(`\`${alert}\``));
    assert.deepEqual(untold, [], "the page says what to do at each alert");
  });

  if (hasPromtool())
    it("fire the alerts as promtool tests them", () => {
      const cwd = join(deploy, "prometheus");
      for (const args of [
        ["check", "rules", rulesFile],
        ["test", "rules", "sluice.rules.test.yaml"],
      ]) {
        const { status, stdout, stderr } = promtool(args, "", cwd);
        assert.equal(status, 0, stdout + stderr);
      }
    });

  /** Metrics that the expressions name and the server does not have. */
  function missing(expressions: readonly string[]): string[] {
    const known = metricNames(text);
    const named = expressions.flatMap((expression) =>
      Array.from(expression.matchAll(/\b(?:sluice|process|nodejs)_\w+/g), ([name]) => name),
    );
    assert.ok(named.length >= expressions.length - 1, "all but `up` name a metric");
    const families = named.map((name) => name.replace(/_(bucket|count|sum)$/, ""));
    return families.filter((family, i) => !known.has(family) && !known.has(named[i] ?? ""));
  }
});

interface Dashboard {
  readonly panels: readonly {
    readonly gridPos: { readonly x: number; readonly y: number };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string };
    }[];
  }[];
}

function hasPromtool(): boolean {
  return promtool(["--version"], "").status === 0;
}

function promtool(
  args: readonly string[],
  input: string,
  cwd?: string,
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync("promtool", args, { input, cwd, encoding: "utf8" });
}
