// The log: one line per event on standard error, as JSON or text.

import { pino } from "pino";
import type { DestinationStream } from "pino";
import { printable } from "../core/printable.js";

/** Details first, then the event: lower case, no full stop. Errors are passed as `err`. */
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
  /**
   * Receives complete lines; default: standard error, written synchronously so that no line is
   * lost.
   */
  readonly write?: ((line: string) => void) | undefined;
}

/** JSON lines contain `level` as a word, `time` as ISO 8601 in UTC, `message`, and the details. */
export function createLogger({ level, format, write }: LoggerOptions): Logger {
  const toStderr = pino.destination({ dest: 2, sync: true });
  // A closed terminal or pipe must not end the process.
  toStderr.on("error", () => undefined);
  const sink = write ?? ((line: string): void => void toStderr.write(line));
  const destination: DestinationStream = {
    write: (line) => sink(format === "json" ? line : printable(textLine(line))),
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

/** `12:30:05.123 INFO  listening port=7311`; the stack of an error follows on separate lines. */
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
  // The library has converted the error to a plain object with strings.
  const { stack, message } = err as { readonly stack?: string; readonly message?: string };
  return `\n${stack ?? message ?? ""}`.replaceAll("\n", "\n  ");
}
