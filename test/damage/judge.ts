// Holds the answers of a damaged folder against those of the sound one.

import type { Answers, Found, Outcome } from "./answers.js";

/**
 * harmless: every answer is the same byte for byte, and nothing is damaged that a check reads.
 * found by check: every answer is the same; a check names damage.
 * told: answers lack something, and say so.
 * refused: the folder is not served, with an error.
 * ended: the process ended; nothing was answered.
 * hung: it did not answer in time and was killed.
 * missing, found by check: an answer lacks something and does not say so; a check does.
 * wrong: something was served as right that is not, or is missing unnoticed.
 */
export type Verdict =
  | "harmless"
  | "found by check"
  | "told"
  | "refused"
  | "ended"
  | "hung"
  | "missing, found by check"
  | "wrong";

export interface Judgement {
  readonly verdict: Verdict;
  readonly why: string;
}

export function judge(expected: Answers, found: Outcome<Answers> | "ended" | "hung"): Judgement {
  if (found === "ended") return { verdict: "ended", why: "the process ended" };
  if (found === "hung") return { verdict: "hung", why: "the process did not answer in time" };
  if ("refused" in found) {
    const verdict = found.refused.startsWith("BUG") ? "wrong" : "refused";
    return { verdict, why: found.refused };
  }
  const differences = differencesOf(expected, found.answer);
  const wrong = differences.find(({ kind }) => kind === "wrong");
  if (wrong !== undefined) return { verdict: "wrong", why: wrong.why };
  const { damages } = found.answer;
  const check = "refused" in damages ? damages.refused : damages.answer[0];
  const missing = differences.find(({ kind }) => kind === "missing");
  if (missing !== undefined) {
    const verdict = check === undefined ? "wrong" : "missing, found by check";
    return { verdict, why: missing.why };
  }
  const [told] = differences;
  if (told !== undefined) return { verdict: "told", why: told.why };
  if (check !== undefined) return { verdict: "found by check", why: check };
  return { verdict: "harmless", why: "" };
}

interface Difference {
  readonly kind: "told" | "missing" | "wrong";
  readonly why: string;
}

function differencesOf(expected: Answers, found: Answers): Difference[] {
  const differences: Difference[] = [];
  const compare = <T>(
    before: Outcome<T>,
    after: Outcome<T> | undefined,
    unequal: (before: T, after: T) => Difference | undefined,
  ): void => {
    if (after === undefined || "refused" in before) throw new Error("the sound folder refused");
    if ("refused" in after) {
      const kind = after.refused.startsWith("BUG") ? "wrong" : "told";
      differences.push({ kind, why: after.refused });
    } else {
      const difference = unequal(before.answer, after.answer);
      if (difference !== undefined) differences.push(difference);
    }
  };
  for (const [i, search] of expected.searches.entries())
    compare(search, found.searches[i], differenceOfSearch);
  for (const [i, text] of expected.texts.entries())
    compare(text, found.texts[i], (before, after) =>
      before === after
        ? undefined
        : { kind: after === null ? "missing" : "wrong", why: `text ${i} is ${String(after)}` },
    );
  compare(expected.listed, found.listed, (before, after) => {
    const all = new Set(before);
    const stranger = after.find((line) => !all.has(line));
    if (stranger !== undefined) return { kind: "wrong", why: `lists ${stranger}` };
    if (after.length === before.length) return undefined;
    return { kind: "missing", why: `lists ${after.length} of ${before.length}` };
  });
  return differences;
}

function differenceOfSearch(before: Found, after: Found): Difference | undefined {
  const degradation = after.degradations.find((one) => !before.degradations.includes(one));
  const expected = new Map(before.hits.map((hit) => [hit.key, hit]));
  for (const { key, text, score, late } of after.hits) {
    const hit = expected.get(key);
    if (hit === undefined) return { kind: "wrong", why: `finds ${key}` };
    // What could not be read is left out, and said to be.
    const isTextRight = text === hit.text || (text === undefined && degradation !== undefined);
    if (!isTextRight) return { kind: "wrong", why: `${key} has the text ${String(text)}` };
    if (late !== hit.late && !(late === undefined && degradation !== undefined))
      return { kind: "wrong", why: `${key} has MaxSim ${String(late)}, not ${String(hit.late)}` };
    if (score !== hit.score && degradation === undefined)
      return { kind: "wrong", why: `${key} has score ${score}, not ${hit.score}` };
  }
  if (degradation !== undefined) return { kind: "told", why: degradation };
  if (after.hits.length < before.hits.length)
    return { kind: "missing", why: `finds ${after.hits.length} of ${before.hits.length}` };
  return undefined;
}
