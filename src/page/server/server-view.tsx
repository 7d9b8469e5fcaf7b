// For operators: collections and their jobs, and live figures.

import { useEffect, useState } from "preact/hooks";

import type { BrowserClient } from "../../browser/client.js";
import { wordsOf } from "../search/use-search.js";
import { counted, milliseconds } from "../words.js";
import { collectionRows, operationRows } from "./collections.js";
import type { CollectionRow, OperationRow } from "./collections.js";
import { figuresBetween, readMetrics } from "./metrics.js";
import type { LiveFigures, MetricsReading } from "./metrics.js";

const everyMs = 2000;

interface Shown {
  readonly collections: readonly CollectionRow[];
  readonly operations: readonly OperationRow[];
  /** Undefined until the second reading, and where the caller may not read metrics. */
  readonly figures: LiveFigures | undefined;
}

export function ServerView({ client }: { readonly client: BrowserClient }) {
  const [shown, setShown] = useState<Shown | undefined>();
  const [problem, setProblem] = useState<string | undefined>();
  useEffect(() => {
    let reading: MetricsReading | undefined;
    let timer = 0;
    let isGone = false;
    const look = async (): Promise<void> => {
      try {
        const [collections, operations, now] = await Promise.all([
          collectionRows(client),
          operationRows(client).catch(() => []),
          client.text("/metrics").then(
            (text) => readMetrics(text, performance.now()),
            () => undefined,
          ),
        ]);
        if (isGone) return;
        const figures = reading && now && figuresBetween(reading, now);
        reading = now;
        setShown({ collections, operations, figures });
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
      {shown?.figures && <Figures figures={shown.figures} />}
      {shown && <Collections rows={shown.collections} onStart={start} />}
      {shown && shown.operations.length > 0 && (
        <Operations rows={shown.operations} onStart={start} />
      )}
    </main>
  );
}

function Figures({ figures }: { readonly figures: LiveFigures }) {
  const time = (ms: number | undefined): string =>
    ms === undefined ? "–" : ms === Infinity ? "more than a minute" : `≤ ${milliseconds(ms)}`;
  const shown: readonly (readonly [string, string])[] = [
    ["searches a second", figures.searchesPerSecond.toFixed(1)],
    ["first update, p50", time(figures.firstP50Ms)],
    ["final update, p50", time(figures.p50Ms)],
    ["final update, p99", time(figures.p99Ms)],
    ["running", String(figures.running)],
    ["waiting", String(figures.waiting)],
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
      <thead>
        <tr>
          {["name", "documents", "passages", "segments", "disk", "model", "kernel", ""].map(
            (head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ),
          )}
        </tr>
      </thead>
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
      <thead>
        <tr>
          {["job", "collection", "state", "progress", ""].map((head) => (
            <th scope="col" key={head}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
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
