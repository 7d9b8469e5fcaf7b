// Finds the knee: the highest rate at which the server still keeps up with what arrives.

export interface KneeTrial {
  /** Searches a second that were planned. */
  readonly offeredPerSecond: number;
  /** Share of those that were to be answered and ended with a final update within their budget. */
  readonly goodShare: number;
  /** From planned arrival to final update. */
  readonly finalP99Ms: number;
}

export interface KneeRule {
  readonly goodShareMin: number;
  readonly finalP99MsMax: number;
}

export interface KneeSearch {
  readonly rule: KneeRule;
  readonly startPerSecond: number;
  /** Stop when the bounds are nearer to each other than this share. */
  readonly precision: number;
  readonly trialsMax: number;
}

export interface Knee {
  /** 0: no rate that was tried is kept up with. */
  readonly perSecond: number;
  readonly trials: readonly KneeTrial[];
}

export function keepsUp(trial: KneeTrial, rule: KneeRule): boolean {
  return trial.goodShare >= rule.goodShareMin && trial.finalP99Ms <= rule.finalP99MsMax;
}

/**
 * Doubles (or halves) from the start until the rule holds on one side and not on the other, then
 * bisects between the two by their geometric mean. A rate that fails is tried once more: one pause
 * of the machine is no knee.
 */
export async function findKnee(
  { rule, startPerSecond, precision, trialsMax }: KneeSearch,
  measure: (perSecond: number) => Promise<KneeTrial>,
): Promise<Knee> {
  const trials: KneeTrial[] = [];
  const holdsAt = async (perSecond: number): Promise<boolean> => {
    for (let attempt = 0; attempt < 2 && trials.length < trialsMax; attempt += 1) {
      const trial = await measure(perSecond);
      trials.push(trial);
      if (keepsUp(trial, rule)) return true;
    }
    return false;
  };
  let good = 0;
  /** What chance made of the highest rate that was kept up with. */
  let kept = 0;
  let bad = Infinity;
  let rate = startPerSecond;
  while (trials.length < trialsMax && bad > good * (1 + precision)) {
    if (await holdsAt(rate)) {
      good = rate;
      kept = trials.at(-1)?.offeredPerSecond ?? 0;
    } else bad = rate;
    rate = bad === Infinity ? 2 * good : good === 0 ? bad / 2 : Math.sqrt(good * bad);
  }
  return { perSecond: kept, trials };
}
