// Progress of long-running work on standard error: a bar on a terminal, otherwise occasional lines.

import { SingleBar } from "cli-progress";
import { printable } from "../../core/printable.js";
import type { Terminal } from "./terminal.js";
import { formatCount, formatSize } from "./text.js";

export interface Progress {
  /** `done`: units so far; `bytes`: bytes so far, with `bytesTotal`. Neither ever decreases. */
  update(done: number, bytes?: number): void;
  /** Completes the bar, or prints the last line. */
  finish(): void;
}

export interface ProgressOptions {
  /** The activity: `ingest`. */
  readonly label: string;
  /** Plural of the unit: `documents`. */
  readonly unit: string;
  /** Total units, if known. */
  readonly total: number | undefined;
  /** Total bytes, by which progress is measured where the number of units is not known. */
  readonly bytesTotal?: number | undefined;
  readonly terminal: Terminal;
  readonly nowMs: () => number;
}

/** Milliseconds between lines without a terminal. */
const lineIntervalMs = 3000;

export function createProgressLine(options: ProgressOptions): Progress {
  const total = options.bytesTotal ?? options.total;
  return options.terminal.isInteractive && total !== undefined
    ? createBar(options, total)
    : createLines(options);
}

/** What is done so far. */
interface Done {
  readonly units: number;
  readonly bytes: number;
}

function createBar(options: ProgressOptions, total: number): Progress {
  const startMs = options.nowMs();
  const { cyan } = options.terminal.style;
  const bar = new SingleBar({
    format: `${printable(options.label)} ${cyan("{bar}")} {percentage}% {count} {rate}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    hideCursor: true,
    stream: process.stderr,
    fps: 10,
  });
  const show = (done: Done): void => {
    const { count, rate } = figures(options, done, options.nowMs() - startMs);
    bar.update(options.bytesTotal === undefined ? done.units : done.bytes, { count, rate });
  };
  let last: Done = { units: 0, bytes: 0 };
  bar.start(total, 0, figures(options, last, 0));
  return {
    update(units, bytes = 0) {
      last = { units, bytes };
      show(last);
    },
    finish() {
      show(last);
      bar.stop();
    },
  };
}

function createLines(options: ProgressOptions): Progress {
  const startMs = options.nowMs();
  let last: Done = { units: 0, bytes: 0 };
  let printed = -1;
  let printedMs = startMs;
  const print = (): void => {
    if (printed === last.units) return;
    printed = last.units;
    const { count, rate } = figures(options, last, options.nowMs() - startMs);
    options.terminal.write(`${options.label}: ${count}, ${rate}\n`);
  };
  return {
    update(units, bytes = 0) {
      last = { units, bytes };
      if (options.nowMs() - printedMs < lineIntervalMs) return;
      printedMs = options.nowMs();
      print();
    },
    finish: print,
  };
}

/**
 * `1,200 of 2,958 documents`, or `1,200 documents, 3.1 MiB of 7.0 MiB`, and `210/s, 8 s left`;
 * dashes for unknown values.
 */
export function figures(
  { total, unit, bytesTotal }: Pick<ProgressOptions, "total" | "unit" | "bytesTotal">,
  { units, bytes }: Done,
  elapsedMs: number,
): { readonly count: string; readonly rate: string } {
  const count =
    bytesTotal === undefined
      ? `${formatCount(units)} of ${total === undefined ? "-" : formatCount(total)} ${unit}`
      : `${formatCount(units)} ${unit}, ${formatSize(bytes)} of ${formatSize(bytesTotal)}`;
  if (elapsedMs <= 0 || units === 0) return { count, rate: "-/s, - left" };
  const perSecond = (1000 * units) / elapsedMs;
  const shown = perSecond >= 10 ? formatCount(perSecond) : perSecond.toFixed(1);
  const [done, all] = bytesTotal === undefined ? [units, total] : [bytes, bytesTotal];
  if (all !== undefined && done >= all) {
    return { count, rate: `${shown}/s, took ${formatSeconds(elapsedMs / 1000)}` };
  }
  const isKnown = all !== undefined && done > 0;
  const left = isKnown ? formatSeconds(((all - done) * elapsedMs) / done / 1000) : "-";
  return { count, rate: `${shown}/s, ${left} left` };
}

/** `8 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
