// Flips single bits of a collection's data file and judges what is served from it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { createPrng } from "../../src/core/prng.js";
import type { Prng } from "../../src/core/prng.js";
import { onlyCollectionFolder } from "../support/damage.js";
import { answersOf, writeFolder } from "./answers.js";
import type { Answers, Outcome } from "./answers.js";
import { judge } from "./judge.js";
import type { Judgement, Verdict } from "./judge.js";

export interface CampaignOptions {
  readonly seed: number;
  /** Bits that are flipped, each in a fresh copy. */
  readonly flips: number;
  /** Empty. */
  readonly folder: string;
  /** Copies that are looked at at the same time. */
  readonly workers?: number;
  readonly onFlip?: (done: number, flip: Flip) => void;
}

export interface Flip {
  readonly bit: number;
  readonly where: "anywhere" | "start of a page";
  readonly verdict: Verdict;
  readonly why: string;
}

export interface CampaignReport {
  readonly seed: number;
  readonly flips: number;
  readonly fileBytes: number;
  /** How many flips ended how, by where they were. */
  readonly verdicts: Readonly<Record<Flip["where"], Partial<Record<Verdict, number>>>>;
  /** Those that must not be. */
  readonly wrong: readonly Flip[];
  /** Why the campaign has failed, a sentence each; empty: it has not. */
  readonly failures: readonly string[];
}

/**
 * Share of flips after which the process may end or hang: LMDB ends it at some damage in its pages,
 * one in eighty; more means that nothing is judged any more. A few are allowed in a short campaign.
 */
const lostShareMax = { ended: 0.03, hung: 0.005 } as const;
const lostCountMin = { ended: 3, hung: 1 } as const;

const pageBytes = 4096;
/** Of the start of a page: header, and pointers to what is in the page. */
const structureBytes = 96;

export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { seed, flips, folder, workers = 2, onFlip } = options;
  const sound = join(folder, "sound");
  mkdirSync(sound);
  await writeFolder(sound);
  const file = join(onlyCollectionFolder(sound), "data.mdb");
  const bytes = readFileSync(file);
  const expected = await answersOf(sound);
  if (!("answer" in expected)) throw new Error(expected.refused);
  const prng = createPrng(seed);
  const targets = Array.from({ length: flips }, () => target(prng, bytes.length));
  const done: Flip[] = [];
  const look = async (worker: number): Promise<void> => {
    for (let next = targets.shift(); next !== undefined; next = targets.shift()) {
      const copy = join(folder, `copy-${worker}`);
      cpSync(sound, copy, { recursive: true });
      const flipped = Buffer.from(bytes);
      flipped[next.bit >>> 3] = (flipped[next.bit >>> 3] ?? 0) ^ (1 << (next.bit & 7));
      writeFileSync(join(onlyCollectionFolder(copy), "data.mdb"), flipped);
      const flip = { ...next, ...judge(expected.answer, await answersInChild(copy)) };
      rmSync(copy, { recursive: true });
      done.push(flip);
      onFlip?.(done.length, flip);
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => look(worker)));
  const control = judge(expected.answer, await answersInChild(sound));
  return toReport(options, bytes.length, { done, control });
}

function target(prng: Prng, fileBytes: number): Pick<Flip, "bit" | "where"> {
  const below = (end: number): number => Math.floor(prng.nextFloat() * end);
  if (prng.nextFloat() < 0.5) return { bit: below(8 * fileBytes), where: "anywhere" };
  const page = below(fileBytes / pageBytes);
  return { bit: 8 * pageBytes * page + below(8 * structureBytes), where: "start of a page" };
}

async function answersInChild(folder: string): Promise<Outcome<Answers> | "ended" | "hung"> {
  const program = fileURLToPath(new URL("./damage-child.js", import.meta.url));
  const child = spawn(process.execPath, [program, folder], {
    stdio: ["ignore", "pipe", "ignore"],
    // A page that points in circles must not keep the campaign from going on.
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const [printed] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (printed.endsWith("\n")) return JSON.parse(printed) as Outcome<Answers>;
  return child.signalCode === "SIGKILL" ? "hung" : "ended";
}

function toReport(
  { seed, flips }: CampaignOptions,
  fileBytes: number,
  { done, control }: { readonly done: readonly Flip[]; readonly control: Judgement },
): CampaignReport {
  const verdicts: Record<Flip["where"], Partial<Record<Verdict, number>>> = {
    anywhere: {},
    "start of a page": {},
  };
  for (const { where, verdict } of done)
    verdicts[where][verdict] = (verdicts[where][verdict] ?? 0) + 1;
  const wrong = done.filter(({ verdict }) => verdict === "wrong");
  const failures = failuresOf(
    done.map(({ verdict }) => verdict),
    control,
  );
  return { seed, flips, fileBytes, verdicts, wrong, failures };
}

/** `control`: of the sound folder, read as the flipped ones are. A sentence each. */
export function failuresOf(verdicts: readonly Verdict[], control: Judgement): string[] {
  const failures: string[] = [];
  const flips = verdicts.length;
  const countOf = (verdict: Verdict): number => verdicts.filter((one) => one === verdict).length;
  if (control.verdict !== "harmless")
    failures.push(`the sound folder is judged ${control.verdict}: ${control.why}`);
  if (countOf("wrong") > 0) failures.push(`${countOf("wrong")} flips were served as right`);
  for (const verdict of ["ended", "hung"] as const) {
    const count = countOf(verdict);
    const countMax = Math.max(lostCountMin[verdict], Math.floor(flips * lostShareMax[verdict]));
    if (count > countMax)
      failures.push(`${count} of ${flips} processes ${verdict}, where ${countMax} may`);
  }
  return failures;
}
