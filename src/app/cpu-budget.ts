// Divides the machine's cores among thread pools.

export interface CpuBudget {
  readonly scoringWorkers: number;
  readonly encodingWorkers: number;
}

/**
 * Scoring gets every core, because searches are short and have priority. Encoding gets half of them
 * plus one, each with one runtime thread; the operating system schedules the overlap. 0 in `asked`
 * selects these defaults.
 */
export function divideCores(
  cores: number,
  asked: { readonly scoringWorkers: number; readonly encodingWorkers: number },
): CpuBudget {
  return {
    scoringWorkers: asked.scoringWorkers || Math.max(1, cores),
    encodingWorkers: asked.encodingWorkers || 1 + Math.floor(cores / 2),
  };
}
