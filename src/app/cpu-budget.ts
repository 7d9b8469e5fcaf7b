// The one place where the machine's cores are divided among threads.

export interface CpuBudget {
  readonly scoringWorkers: number;
  readonly encodingWorkers: number;
}

/**
 * Scoring takes every core: a search is short and comes first. Encoding takes half of them and one
 * more, each with one thread inside the runtime; the operating system shares the cores while
 * documents are encoded. 0 asks for these values.
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
