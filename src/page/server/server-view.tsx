// For operators: collections and their jobs, and live figures.

import { useEffect, useState } from "preact/hooks";

import type { BrowserClient } from "../../browser/client.js";
import { parseExposition } from "../../observability/exposition.js";
import { intervalOf } from "../../observability/scrape-interval.js";
import type { Scrape } from "../../observability/scrape-interval.js";
import { topFigures } from "../../observability/server-figures.js";
import type { TopFigures } from "../../observability/server-figures.js";
import { wordsOf } from "../search/use-search.js";
import { counted, milliseconds } from "../words.js";
import { collectionRows, operationRows, slowSearchRows } from "./collections.js";
import type { CollectionRow, OperationRow, SlowSearchRow } from "./collections.js";
import { SlowSearchTable } from "./slow-searches.js";
import { TableHead } from "./table-head.js";

const everyMs = 2000;

interface Shown {
  readonly collections: readonly CollectionRow[];
  readonly operations: readonly OperationRow[];
  readonly slow: readonly SlowSearchRow[];
  /** Undefined until the second reading, and where the caller may not read metrics. */
  readonly searches: TopFigures["searches"] | undefined;
}

export function ServerView({ client }: { readonly client: BrowserClient }) {
  const [shown, setShown] = useState<Shown | undefined>();
  const [problem, setProblem] = useState<string | undefined>();
  useEffect(() => {
    let before: Scrape | undefined;
    let timer = 0;
    let isGone = false;
    const look = async (): Promise<void> => {
      try {
        const [collections, operations, slow, now] = await Promise.all([
          collectionRows(client),
          operationRows(client).catch(() => []),
          slowSearchRows(client).catch(() => []),
          scrape(client).catch(() => undefined),
        ]);
        if (isGone) return;
        const searches = before && now && topFigures(intervalOf(before, now)).searches;
        before = now;
        setShown({ collections, operations, slow, searches });
        setProblem(undefined);
      } catch (error) {
        setProblem(wordsOf(error));
      }
      if (!isGone) timer = setTimeout(() => look().catch(() => undefined), everyMs);
    };
    look().catch(() => undefined);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [client]);
  const start = (path: string): void => {
    client.json("POST", path, {}).catch((error: unknown) => setProblem(wordsOf(error)));
  };
  return (
    <main class="server">
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {shown?.searches && <Figures searches={shown.searches} />}
      {shown && <Collections rows={shown.collections} onStart={start} />}
      {shown && shown.operations.length > 0 && (
        <Operations rows={shown.operations} onStart={start} />
      )}
      {shown && shown.slow.length > 0 && <SlowSearchTable rows={shown.slow} />}
    </main>
  );
}

async function scrape(client: BrowserClient): Promise<Scrape> {
  const series = parseExposition(await client.text("/metrics"));
  return { series, atMs: performance.now(), timeSeconds: Date.now() / 1000 };
}

function Figures({ searches }: { readonly searches: TopFigures["searches"] }) {
  const time = (ms: number | undefined): string => (ms === undefined ? "–" : milliseconds(ms));
  const shown: readonly (readonly [string, string])[] = [
    ["searches a second", searches.rate.toFixed(1)],
    ["first update, p50", time(searches.firstUpdate.p50)],
    ["final update, p50", time(searches.finalUpdate.p50)],
    ["final update, p99", time(searches.finalUpdate.p99)],
    ["running", String(searches.running)],
    ["waiting", String(searches.waiting)],
  ];
  return (
    <dl class="figures">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Collections({
  rows,
  onStart,
}: {
  readonly rows: readonly CollectionRow[];
  readonly onStart: (path: string) => void;
}) {
  return (
    <table>
      <caption>collections</caption>
      <TableHead
        names={["name", "documents", "passages", "segments", "disk", "model", "kernel", ""]}
      />
      <tbody>
        {rows.map(({ settings, ...row }) => (
          <tr key={settings.name}>
            <th scope="row">{settings.name}</th>
            <td>{row.document_count.toLocaleString("en")}</td>
            <td>{row.passage_count.toLocaleString("en")}</td>
            <td>{row.segment_count.toLocaleString("en")}</td>
            <td>{bytes(row.disk_bytes)}</td>
            <td>
              {settings.model ?? "none"}, {counted(settings.bits, "bit")}
            </td>
            <td>{row.kernel}</td>
            <td>
              {["optimize", "calibrate", "snapshot"].map((job) => (
                <button
                  type="button"
                  key={job}
                  onClick={() =>
                    onStart(`/v1/collections/${encodeURIComponent(settings.name)}:${job}`)
                  }
                >
                  {job}
                </button>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Operations({
  rows,
  onStart,
}: {
  readonly rows: readonly OperationRow[];
  readonly onStart: (path: string) => void;
}) {
  return (
    <table>
      <caption>jobs</caption>
      <TableHead names={["job", "collection", "state", "progress", ""]} />
      <tbody>
        {rows.map(({ id, kind, collection, state, progress, error }) => (
          <tr key={id}>
            <td>{kind}</td>
            <td>{collection}</td>
            <td>{error === undefined ? state : `${state}: ${error.message}`}</td>
            <td>
              <progress max={Math.max(1, progress.total)} value={progress.done} aria-label={id} />{" "}
              {progress.step}
            </td>
            <td>
              {state === "running" && (
                <button
                  type="button"
                  onClick={() => onStart(`/v1/operations/${encodeURIComponent(id)}:cancel`)}
                >
                  cancel
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function bytes(value: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${(value / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
