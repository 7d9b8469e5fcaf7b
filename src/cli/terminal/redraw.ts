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
      terminal.replaceLines(drawnCount, lines);
      drawnCount = lines.length;
    },
  };
}
