import assert from "node:assert/strict";

import { openTerminal } from "../../../src/cli/terminal/terminal.js";
import type { Terminal } from "../../../src/cli/terminal/terminal.js";

/** What a terminal, or a pipe, is sent. */
function written(isTTY: boolean, write: (terminal: Terminal) => void): string {
  const chunks: string[] = [];
  write(
    openTerminal({ isTTY, columns: 80, rows: 24, write: (text) => chunks.push(String(text)) > 0 }),
  );
  return chunks.join("");
}

const evil = "a\u001b[31mb\u001b]0;title\u0007c\u009b31md\u202ee\u0000f\rg\u007f\u001b[2J\u001b[2A";

const styles = ["\u001b[1m", "\u001b[22m", "\u001b[31m"];

describe("a terminal", () => {
  const environment = { ...process.env };
  afterEach(() => {
    process.env = { ...environment };
  });

  for (const [what, isTTY] of [
    ["with colors", true],
    ["without", false],
  ] as const)
    it(`${what} is sent no sequence but those of styles`, () => {
      process.env["TERM"] = "xterm";
      delete process.env["NO_COLOR"];
      const text = written(isTTY, (terminal) => {
        terminal.write(`${terminal.style.bold("title")}\tx\r\n${evil}\n`);
        terminal.replaceLines(0, [evil]);
      });
      const own = isTTY ? "\u001b[1mtitle\u001b[22m" : "title";
      assert.ok(text.startsWith(`${own}\tx\n`), JSON.stringify(text));
      // The sequences of a block that is redrawn are in `replaceLines` alone.
      const sequences = ["\u001b[2K", "\u001b[0J", ...(isTTY ? styles : [])];
      const others = sequences.reduce((rest, one) => rest.replaceAll(one, ""), text);
      assert.ok(!/[^\P{C}\n\t]/u.test(others), JSON.stringify(others));
    });
});
