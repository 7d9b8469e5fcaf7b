// Terminal output as an SVG picture: the few styles that the program uses, in a monospace font.

const cell = { width: 8.43, height: 18 };
const margin = 16;

const colors: Readonly<Record<string, string>> = {
  "31": "#f7768e",
  "32": "#9ece6a",
  "33": "#e0af68",
  "36": "#7dcfff",
};

/** One line of text for each entry; they may contain SGR sequences for bold, dim and four colors. */
export function terminalSvg(lines: readonly string[], columns: number): string {
  const width = Math.ceil(columns * cell.width + 2 * margin);
  const height = lines.length * cell.height + 2 * margin;
  const rows = lines.map((line, row) => {
    const y = margin + cell.height * row + 13;
    return `<text x="${margin}" y="${y}" xml:space="preserve">${spansOf(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="#1a1b26"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#c0caf5">`,
    ...rows,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function spansOf(line: string): string {
  const style = { bold: false, dim: false, color: "" };
  // Escape, bracket, number, m: the number is every second piece.
  const pieces = line.split("\u001b[").flatMap((piece, i) => {
    if (i === 0) return [piece];
    const end = piece.indexOf("m");
    return [piece.slice(0, end), piece.slice(end + 1)];
  });
  return pieces
    .map((piece, i) => {
      if (i % 2 === 0) return piece === "" ? "" : spanOf(piece, style);
      if (piece === "1") style.bold = true;
      else if (piece === "2") style.dim = true;
      else if (piece === "22") style.bold = style.dim = false;
      else style.color = colors[piece] ?? "";
      return "";
    })
    .join("");
}

function spanOf(
  text: string,
  style: { readonly bold: boolean; readonly dim: boolean; readonly color: string },
): string {
  const attributes = [
    style.bold ? ` font-weight="bold"` : "",
    style.dim ? ` opacity="0.6"` : "",
    style.color === "" ? "" : ` fill="${style.color}"`,
  ].join("");
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return attributes === "" ? escaped : `<tspan${attributes}>${escaped}</tspan>`;
}
