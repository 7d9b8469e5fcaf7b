// The lines of `sluice top`.

import type { Style } from "../terminal/terminal.js";
import { cut, formatCount, formatMs, formatSize } from "../terminal/text.js";
import type { TopFigures } from "../../observability/server-figures.js";

export interface TopView {
  readonly columns: number;
  /** Collections that are listed. */
  readonly collectionsMax: number;
  readonly style: Style;
}

export function topLines(figures: TopFigures, view: TopView): string[] {
  const { style } = view;
  return [
    ...headLines(figures, view),
    "",
    style.bold(row("stage", ["per s", "p50", "p95", "p99"])),
    ...figures.stages.map(({ name, rate, p50, p95, p99 }) =>
      row(name, [perSecond(rate), ...[p50, p95, p99].map(ms)]),
    ),
    "",
    style.bold(row("threads", ["number", "busy", "queued", ""])),
    ...figures.workers.map(({ name, threads, busy, queued }) =>
      row(name, [String(threads), percent(busy), formatCount(queued), ""]),
    ),
    "",
    style.bold(row("cache", ["hit rate", "entries", "bytes", ""])),
    ...figures.caches.map(({ name, hitRate, entries, bytes }) =>
      row(name, [
        hitRate === undefined ? "-" : percent(hitRate),
        formatCount(entries),
        formatSize(bytes),
        "",
      ]),
    ),
    "",
    ...collectionLines(figures, view),
  ].map((line) => (line.includes("\u001b") ? line : cut(line, view.columns)));
}

function headLines(figures: TopFigures, { style }: TopView): string[] {
  const { searches, documents, process, disk, maintenance } = figures;
  const state = figures.isReady ? style.green("ready") : style.red("not ready");
  const stopped = figures.areWritesStopped ? style.red("  writes are stopped: disk") : "";
  const { write } = documents;
  return [
    `sluice ${figures.version}  ${state}${stopped}  ${figures.kernel}  last ${figures.seconds.toFixed(1)} s`,
    `process   ${percent(process.cpu)} CPU  ${formatSize(process.memoryBytes)}  event loop ${percent(process.loopUtilization)}, late ${ms(process.loopDelayP99Ms)} (p99)  disk ${formatSize(disk.freeBytes)} of ${formatSize(disk.sizeBytes)} free`,
    `searches  ${perSecond(searches.rate)}/s  ${searches.running} running  ${searches.waiting} queued  pressure ${percent(searches.pressure)}  rejected ${perSecond(searches.refusedRate)}/s  failed ${perSecond(searches.failedRate)}/s  degraded ${perSecond(searches.degradedRate)}/s`,
    timesLine("  first update", searches.firstUpdate),
    timesLine("  final update", searches.finalUpdate),
    `documents ${perSecond(documents.writtenRate)}/s written (p50 ${ms(write.p50)}, p99 ${ms(write.p99)})  ${perSecond(documents.deletedRate)}/s deleted  ${maintenance.running.length === 0 ? "no flush or merge" : `running: ${maintenance.running.join(", ")}`}`,
  ];
}

function timesLine(name: string, { p50, p95, p99 }: TopFigures["searches"]["finalUpdate"]): string {
  return `${name}  p50 ${ms(p50)}  p95 ${ms(p95)}  p99 ${ms(p99)}`;
}

function collectionLines(
  { collections }: TopFigures,
  { style, collectionsMax }: TopView,
): string[] {
  const { known, open, largest } = collections;
  const shown = largest.slice(0, collectionsMax);
  return [
    style.bold(
      row(`${known} collections, ${open} open`, ["documents", "passages", "segments", "disk"]),
    ),
    ...shown.map(({ name, documents, passages, segments, diskBytes }) =>
      row(name, [
        formatCount(documents),
        formatCount(passages),
        formatCount(segments),
        formatSize(diskBytes),
      ]),
    ),
    ...(largest.length > shown.length ? [`  and ${largest.length - shown.length} more`] : []),
  ];
}

const nameColumns = 30;
const valueColumns = 12;

function row(name: string, values: readonly string[]): string {
  const cells = values.map((value) => value.padStart(valueColumns));
  return `${cut(name, nameColumns).padEnd(nameColumns)}${cells.join("")}`.trimEnd();
}

function perSecond(rate: number): string {
  return rate >= 100 || rate === 0 ? formatCount(rate) : rate.toFixed(1);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function ms(value: number | undefined): string {
  return value === undefined ? "-" : formatMs(value);
}
