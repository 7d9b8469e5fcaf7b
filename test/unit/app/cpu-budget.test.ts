import assert from "node:assert/strict";

import { divideCores } from "../../../src/app/cpu-budget.js";

describe("divideCores", () => {
  const table = [
    [1, { scoringWorkers: 0, encodingWorkers: 0 }, { scoringWorkers: 1, encodingWorkers: 1 }],
    [2, { scoringWorkers: 0, encodingWorkers: 0 }, { scoringWorkers: 2, encodingWorkers: 2 }],
    [16, { scoringWorkers: 0, encodingWorkers: 0 }, { scoringWorkers: 16, encodingWorkers: 9 }],
    [2, { scoringWorkers: 5, encodingWorkers: 0 }, { scoringWorkers: 5, encodingWorkers: 2 }],
    [2, { scoringWorkers: 0, encodingWorkers: 7 }, { scoringWorkers: 2, encodingWorkers: 7 }],
  ] as const;
  for (const [cores, asked, budget] of table) {
    it(`gives ${JSON.stringify(budget)} of ${cores} cores when asked for ${JSON.stringify(asked)}`, () => {
      assert.deepEqual(divideCores(cores, asked), budget);
    });
  }
});
