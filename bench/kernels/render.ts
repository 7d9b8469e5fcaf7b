// Tables of kernel measurements, for a terminal and for native/README.md.

import type { KernelFigure, KernelReport } from "./kernel-figure.js";

const header = [
  "kernel",
  "form",
  "access",
  "bits",
  "dim",
  "shape",
  "items/s",
  "GMAC/s",
  "GB/s",
  "share of limit",
];

/** A Markdown table, readable as it is in a terminal. */
export function renderFigures(report: KernelReport): string {
  const rows = report.figures.map(rowOf);
  const widths = header.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const machine = `Measured on ${report.cpu}, ${report.compiler}, Node ${report.node}, one core.`;
  return [machine, "", line(header), rule, ...rows.map(line)].join("\n");
}

/** Replaces the text between the markers of `document` by `table`. */
export function replaceTable(document: string, table: string): string {
  const [begin, end] = ["<!-- figures: begin -->", "<!-- figures: end -->"];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error("the document has no markers for the figures");
  return `${document.slice(0, from + begin.length)}\n\n${table}\n\n${document.slice(to)}`;
}

function rowOf(figure: KernelFigure): string[] {
  const { shareOfLimit, limit } = figure;
  return [
    figure.kernel,
    figure.isa,
    figure.access,
    String(figure.bits),
    String(figure.dim),
    figure.shape,
    itemsOf(figure.docsPerSecond),
    (figure.macsPerSecond / 1e9).toFixed(1),
    (figure.bytesPerSecond / 1e9).toFixed(1),
    shareOfLimit === null ? "-" : `${(100 * shareOfLimit).toFixed(0)} % of ${limit}`,
  ];
}

function itemsOf(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toPrecision(3)} M`;
  if (perSecond >= 1e3) return `${(perSecond / 1e3).toPrecision(3)} k`;
  return perSecond.toPrecision(3);
}
