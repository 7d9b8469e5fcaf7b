// Markdown helpers of the benchmark tables.

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
