// Capabilities of the two output streams, determined once.

import { printable } from "../../core/printable.js";
import { terminalPreference } from "../../config/load-config.js";

/** One output stream. */
export interface Terminal {
  /** True for a terminal on which lines can be redrawn. */
  readonly isInteractive: boolean;
  readonly style: Style;
  /** Width and height in characters; 80 by 24 if unknown. */
  size(): { readonly columns: number; readonly rows: number };
  /** Writes text, which may be of any origin: of sequences only those of styles remain. */
  write(text: string): void;
  /** Replaces the last `count` lines; where `isInteractive`. */
  replaceLines(count: number, lines: readonly string[]): void;
}

export type Paint = (text: string) => string;

/** Colors, or plain text. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly red: Paint;
  readonly cyan: Paint;
}

/** The terminal of a stream of this process, subject to NO_COLOR, FORCE_COLOR and TERM. */
export function openTerminal(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "columns" | "rows" | "write">,
): Terminal {
  const { colors, canRedraw } = terminalPreference();
  const hasColor = colors === "always" || (colors === "terminal" && stream.isTTY);
  return {
    isInteractive: stream.isTTY && canRedraw,
    style: createStyle(hasColor),
    // Node has no size where there is no terminal.
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
    write: (text) => void stream.write(cleaned(text, hasColor)),
    replaceLines(count, lines) {
      const up = count === 0 ? "" : `\u001b[${count}A`;
      // Lines are cleared one by one as they are written, which avoids flicker.
      const body = lines.map((line) => `\u001b[2K${cleaned(line, hasColor)}\n`).join("");
      stream.write(`${up}${body}\u001b[0J`);
    },
  };
}

// The escape character is what is looked for.
// eslint-disable-next-line no-control-regex
const styleSequence = /(\u001b\[(?:1|2|22|31|32|33|36|39)m)/;

/**
 * `printable` between the sequences of styles. Those that a text from outside holds remain, too:
 * they only color it.
 */
function cleaned(text: string, hasColor: boolean): string {
  if (!hasColor) return printable(text);
  const parts = text.split(styleSequence);
  return parts.map((part, i) => (i % 2 === 0 ? printable(part) : part)).join("");
}

/** A style with colors, or one that leaves text unchanged. */
export function createStyle(hasColor: boolean): Style {
  const paint = (on: number, off: number): Paint =>
    hasColor ? (text) => `\u001b[${on}m${text}\u001b[${off}m` : (text) => text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    green: paint(32, 39),
    yellow: paint(33, 39),
    red: paint(31, 39),
    cyan: paint(36, 39),
  };
}
