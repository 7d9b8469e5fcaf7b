// Finds the knee: the highest rate that the server can sustain.

export interface KneeTrial {
  /** Planned searches per second. */
  readonly offeredPerSecond: number;
  /** Share of searches, without cancelled ones, with a final update within their budget. */
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
  /** Stops when the bounds differ by less than this share. */
  readonly precision: number;
  readonly trialsMax: number;
}

export interface Knee {
  /** 0 when no tested rate was sustained. */
  readonly perSecond: number;
  readonly trials: readonly KneeTrial[];
}

export function keepsUp(trial: KneeTrial, rule: KneeRule): boolean {
  return trial.goodShare >= rule.goodShareMin && trial.finalP99Ms <= rule.finalP99MsMax;
}

/**
 * Doubles (or halves) the rate until the rule holds at one bound and not at the other, then bisects
 * by the geometric mean. A failing rate is tried twice, since one pause of the machine is not a
 * knee.
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
  /** The highest rate that was sustained. */
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
