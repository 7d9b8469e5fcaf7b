// A block of lines that is redrawn in place.

import type { Terminal } from "./terminal.js";

export interface RedrawnBlock {
  /** Replaces the block. Lines must be narrower than the terminal and fewer than its rows. */
  draw(lines: readonly string[]): void;
}

/** Starts below the cursor. The last drawing stays on screen. */
export function createRedrawnBlock(terminal: Terminal): RedrawnBlock {
  let drawnCount = 0;
  return {
    draw(lines) {
      const up = drawnCount === 0 ? "" : `\u001b[${drawnCount}A`;
      // Lines are cleared one by one as they are written, which avoids flicker.
      const body = lines.map((line) => `\u001b[2K${line}\n`).join("");
      terminal.write(`${up}${body}\u001b[0J`);
      drawnCount = lines.length;
    },
  };
}
