// Fenced code blocks of a Markdown document.

export interface CodeBlock {
  /** The info string: `sh`, `ts`, `console`. */
  readonly language: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (open === undefined) {
      const fence = /^```(\w*)\s*$/.exec(line);
      if (fence !== null) open = { language: fence[1] ?? "", line: index + 1, lines: [] };
    } else if (line.trimEnd() === "```") {
      blocks.push({ language: open.language, text: open.lines.join("\n"), line: open.line });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== undefined) throw new Error(`the code block of line ${open.line} does not end`);
  return blocks;
}
