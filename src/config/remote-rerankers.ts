// Remote rerankers: the file that configures them, and access to their keys.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import { isLoopbackHost } from "../core/loopback.js";

const whole = (min: number, max: number, usual: number): z.ZodDefault<z.ZodNumber> =>
  z.int().min(min).max(max).default(usual);

const entrySchema = z.strictObject({
  shape: z.enum(["cohere", "jina", "voyage", "tei"]),
  url: z.string().refine(isPlainUrl, "expected http(s)://host without a user, query or fragment"),
  model: z.string().default(""),
  keyFile: z.string().min(1).optional(),
  keyEnv: z.string().min(1).optional(),
  timeoutMs: whole(1, 600_000, 5000),
  attempts: whole(1, 10, 3),
  documentsPerCall: z.int().min(1).max(limits.hitCountMax).optional(),
  charactersPerCall: whole(2 * limits.queryBytesMax, 100_000_000, 400_000),
  callsAtOnce: whole(1, 256, 4),
});

export type RemoteShape = z.output<typeof entrySchema>["shape"];

/** TEI's default for `--max-client-batch-size`; the other services accept 1,000. */
const usualDocumentsPerCall = { cohere: 100, jina: 100, voyage: 100, tei: 32 } as const;

/** A validated service. */
export interface RemoteRerankerConfig {
  /** Name that searches use. */
  readonly name: string;
  readonly shape: RemoteShape;
  /** Without a trailing slash. */
  readonly url: string;
  /** The service's own model name; empty when it has only one. */
  readonly model: string;
  /** Reads the key; absent when none is needed. A function, so that the key is never printed. */
  readonly key: (() => string) | undefined;
  /** Time limit of one attempt. */
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly documentsPerCall: number;
  /**
   * Of all texts of one call, including the query for each, UTF-16 code units; longer texts are
   * cut.
   */
  readonly charactersPerCall: number;
  readonly callsAtOnce: number;
}

/**
 * The services of a TOML file with one table each; none for an empty path. Reads every key once, so
 * that a missing key is found at the start. Throws INVALID_CONFIG; messages never contain a key.
 */
export function readRemoteRerankers(
  file: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly RemoteRerankerConfig[] {
  if (file === "") return [];
  let tables: Record<string, unknown>;
  try {
    tables = parse(readFileSync(file, "utf8"));
  } catch (error) {
    // The parser's message quotes lines, which may contain a misplaced key.
    throw invalid(`${file} cannot be read as TOML`, (error as { code?: unknown }).code);
  }
  return Object.entries(tables).map(([name, table]) =>
    toConfig(name, table, { file, environment }),
  );
}

interface Surroundings {
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

function toConfig(name: string, table: unknown, around: Surroundings): RemoteRerankerConfig {
  const place = `${around.file}: [${name}]`;
  const read = entrySchema.safeParse(table);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw invalid(`${place} ${faults.join("; ")}`);
  }
  const { keyFile, keyEnv, url, ...rest } = read.data;
  if (rest.shape !== "tei" && rest.model === "") throw invalid(`${place} model is missing`);
  if (keyFile !== undefined && keyEnv !== undefined)
    throw invalid(`${place} has keyFile and keyEnv; keep one`);
  const key = toKeyReader({ keyFile, keyEnv }, place, around);
  const { protocol, hostname } = new URL(url);
  if (key !== undefined && protocol === "http:" && !isLoopbackHost(hostname))
    throw invalid(`${place} url would carry the key unencrypted; use https`);
  key?.();
  const documentsPerCall = rest.documentsPerCall ?? usualDocumentsPerCall[rest.shape];
  return { ...rest, documentsPerCall, name, key, url: url.replace(/\/+$/, "") };
}

function toKeyReader(
  { keyFile, keyEnv }: { keyFile: string | undefined; keyEnv: string | undefined },
  place: string,
  { file, environment }: Surroundings,
): (() => string) | undefined {
  if (keyEnv !== undefined)
    return () => checkKey(environment[keyEnv], `${place} the variable that keyEnv names`);
  if (keyFile === undefined) return undefined;
  // Read for each call, so that a rotated key takes effect immediately.
  return () => checkKey(readKeyFile(resolve(dirname(file), keyFile)), `${place} keyFile`);
}

function readKeyFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** Headers allow visible ASCII; anything else would be quoted in the error of a call. */
function checkKey(key: string | undefined, what: string): string {
  if (key === undefined || key === "") throw invalid(`${what} is empty or cannot be read`);
  if (!/^[\x21-\x7e]+$/.test(key)) throw invalid(`${what} holds more than one word of ASCII`);
  return key;
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  const isWeb = protocol === "https:" || protocol === "http:";
  return isWeb && username + password + search + hash === "";
}

function invalid(message: string, code?: unknown): SluiceError {
  const told = typeof code === "string" ? `${message} (${code})` : message;
  return new SluiceError("INVALID_CONFIG", told, { field: "search.remoteRerankers" });
}
