// A block of lines that is drawn again in the same place.

import type { Terminal } from "./terminal.js";

export interface RedrawnBlock {
  /** Replaces the block. Lines must be narrower than the terminal and fewer than its rows. */
  draw(lines: readonly string[]): void;
}

/** Starts below the cursor. What was drawn last stays when nothing more is drawn. */
export function createRedrawnBlock(terminal: Terminal): RedrawnBlock {
  let drawnCount = 0;
  return {
    draw(lines) {
      const up = drawnCount === 0 ? "" : `\u001b[${drawnCount}A`;
      // Each line is cleared as it is written, not the block before: no flicker.
      const body = lines.map((line) => `\u001b[2K${line}\n`).join("");
      terminal.write(`${up}${body}\u001b[0J`);
      drawnCount = lines.length;
    },
  };
}
