// Reads the text format of Prometheus, as /metrics has it.

import { SluiceError } from "../core/errors.js";

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples by the name of their series: those of a histogram have three. */
export type Exposition = ReadonlyMap<string, readonly Sample[]>;

const linePattern = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const labelPattern = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Throws INVALID_INPUT_FILE for a line of another form. O(text). */
export function parseExposition(text: string): Exposition {
  const series = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name, labels = "", value = ""] = linePattern.exec(line) ?? [];
    if (name === undefined) throw new SluiceError("INVALID_INPUT_FILE", "these are no metrics");
    const samples = series.get(name) ?? [];
    series.set(name, samples);
    samples.push({ labels: parseLabels(labels), value: toNumber(value) });
  }
  return series;
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(text.matchAll(labelPattern), ([, name = "", value = ""]) => [
      name,
      value.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter)),
    ]),
  );
}

function toNumber(text: string): number {
  if (text === "+Inf") return Infinity;
  return text === "-Inf" ? -Infinity : Number(text);
}
