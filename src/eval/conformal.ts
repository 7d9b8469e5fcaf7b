// Split conformal bounds: values that hold for a given share of future cases, from samples alone.

/**
 * A value that a further sample reaches with a probability of at least `confidence`: the k-th
 * smallest of the n samples, k = floor((1 - confidence) * (n + 1)), and `worst` when k is 0 (n
 * below confidence / (1 - confidence): 19 samples for 95 %).
 * | The guarantee is distribution-free and holds for finite samples, provided that the samples and
 * the future case are exchangeable, as independent draws from one population are. The rank of the
 * future case among all n + 1 is then uniform (ties only help), and it lies below the k-th smallest
 * with a probability of at most k / (n + 1). The guarantee is marginal, over the draw of the
 * samples and of the case together, not for each kind of case or each set of samples (Vovk,
 * Gammerman, Shafer, "Algorithmic Learning in a Random World", 2005; Papadopoulos et al. 2002). O(n
 * log n).
 */
export function conformalLowerBound(
  samples: readonly number[],
  { confidence, worst = 0 }: { readonly confidence: number; readonly worst?: number },
): number {
  // (1 - 0.9) * 10 is slightly below 1 in float64.
  const k = Math.floor((1 - confidence) * (samples.length + 1) + 1e-9);
  if (k === 0) return worst;
  return [...samples].sort((a, b) => a - b)[k - 1] ?? worst;
}
