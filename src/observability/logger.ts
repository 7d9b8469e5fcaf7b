// The log: one line an event on standard error, as JSON or as text.

import { pino } from "pino";
import type { DestinationStream } from "pino";

/** Details first, then what happened: lower case, no full stop. Errors go under `err`. */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
  /** A logger that adds `details` to each of its lines. */
  child(details: object): Logger;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: "json" | "text";
  /** Takes whole lines; undefined: standard error, written at once so that no line is lost. */
  readonly write?: ((line: string) => void) | undefined;
}

/** JSON lines have `level` as a word, `time` as ISO 8601 in UTC, `message`, and the details. */
export function createLogger({ level, format, write }: LoggerOptions): Logger {
  const toStderr = pino.destination({ dest: 2, sync: true });
  // The terminal or the reader of the pipe is gone: no reason to end.
  toStderr.on("error", () => undefined);
  const sink = write ?? ((line: string): void => void toStderr.write(line));
  const destination: DestinationStream = {
    write: (line) => sink(format === "json" ? line : textLine(line)),
  };
  return pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

/** `12:30:05.123 INFO  listening port=7311`; the stack of an error follows on lines of its own. */
function textLine(line: string): string {
  const { level, time, message, err, ...details } = JSON.parse(line) as Record<string, unknown>;
  const pairs = Object.entries(details).map(([name, value]) => ` ${name}=${show(value)}`);
  const clockTime = String(time).slice(11, 23);
  const first = `${clockTime} ${String(level).toUpperCase().padEnd(5)} ${String(message)}`;
  return `${first}${pairs.join("")}${stackOf(err)}\n`;
}

function show(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function stackOf(err: unknown): string {
  if (typeof err !== "object" || err === null) return "";
  // The library has made a plain object of the error, as text.
  const { stack, message } = err as { readonly stack?: string; readonly message?: string };
  return `\n${stack ?? message ?? ""}`.replaceAll("\n", "\n  ");
}
