// Capabilities of the two output streams, determined once.

import { terminalPreference } from "../../config/load-config.js";

/** One output stream. */
export interface Terminal {
  /** True for a terminal on which lines can be redrawn. */
  readonly isInteractive: boolean;
  readonly style: Style;
  /** Width and height in characters; 80 by 24 if unknown. */
  size(): { readonly columns: number; readonly rows: number };
  write(text: string): void;
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
export function openTerminal(stream: NodeJS.WriteStream): Terminal {
  const { colors, canRedraw } = terminalPreference();
  return {
    isInteractive: stream.isTTY && canRedraw,
    style: createStyle(colors === "always" || (colors === "terminal" && stream.isTTY)),
    // Node has no size where there is no terminal.
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
    write: (text) => void stream.write(text),
  };
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
