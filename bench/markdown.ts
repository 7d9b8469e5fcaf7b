// Pieces of Markdown that the benches' tables are made of.

export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
