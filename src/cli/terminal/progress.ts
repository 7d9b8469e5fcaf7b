// Progress of long-running work on standard error: a bar on a terminal, otherwise occasional lines.

import { SingleBar } from "cli-progress";
import type { Terminal } from "./terminal.js";
import { formatCount } from "./text.js";

export interface Progress {
  /** `done`: units so far; never decreases. */
  update(done: number): void;
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
  readonly terminal: Terminal;
  readonly nowMs: () => number;
}

/** Milliseconds between lines without a terminal. */
const lineIntervalMs = 3000;

export function createProgressLine(options: ProgressOptions): Progress {
  return options.terminal.isInteractive && options.total !== undefined
    ? createBar(options, options.total)
    : createLines(options);
}

function createBar(options: ProgressOptions, total: number): Progress {
  const startMs = options.nowMs();
  const { cyan } = options.terminal.style;
  const bar = new SingleBar({
    format: `${options.label} ${cyan("{bar}")} {percentage}% {count} {rate}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    hideCursor: true,
    stream: process.stderr,
    fps: 10,
  });
  const payload = (done: number): object => {
    const { count, rate } = figures(options, done, options.nowMs() - startMs);
    return { count, rate };
  };
  let last = 0;
  bar.start(total, 0, payload(0));
  return {
    update(done) {
      last = done;
      bar.update(done, payload(done));
    },
    finish() {
      bar.update(last, payload(last));
      bar.stop();
    },
  };
}

function createLines(options: ProgressOptions): Progress {
  const startMs = options.nowMs();
  let last = 0;
  let printed = -1;
  let printedMs = startMs;
  const print = (): void => {
    if (printed === last) return;
    printed = last;
    const { count, rate } = figures(options, last, options.nowMs() - startMs);
    options.terminal.write(`${options.label}: ${count}, ${rate}\n`);
  };
  return {
    update(done) {
      last = done;
      if (options.nowMs() - printedMs < lineIntervalMs) return;
      printedMs = options.nowMs();
      print();
    },
    finish: print,
  };
}

/** `1,200 of 2,958 documents` and `210/s, 8 s left`; dashes for unknown values. */
export function figures(
  { total, unit }: Pick<ProgressOptions, "total" | "unit">,
  done: number,
  elapsedMs: number,
): { readonly count: string; readonly rate: string } {
  const count = `${formatCount(done)} of ${total === undefined ? "-" : formatCount(total)} ${unit}`;
  if (elapsedMs <= 0 || done === 0) return { count, rate: "-/s, - left" };
  const perSecond = (1000 * done) / elapsedMs;
  const shown = perSecond >= 10 ? formatCount(perSecond) : perSecond.toFixed(1);
  if (total !== undefined && done >= total) {
    return { count, rate: `${shown}/s, took ${formatSeconds(elapsedMs / 1000)}` };
  }
  const left = total === undefined ? "-" : formatSeconds((total - done) / perSecond);
  return { count, rate: `${shown}/s, ${left} left` };
}

/** `8 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
