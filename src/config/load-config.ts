// Loads the configuration: flags override the environment, the environment the file, the file the
// defaults. The only reader of the environment.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { parseBackupTarget } from "../core/backup-target.js";
import { SluiceError } from "../core/errors.js";
import { isLoopbackHost } from "../core/loopback.js";
import { parseHosts, parseOrigins } from "./http-lists.js";
import { parseAliases } from "./model-aliases.js";
import { nearest } from "../core/nearest.js";
import { parseBytes } from "./option-kinds.js";
import { options } from "./option-table.js";
import type { Option } from "./option-table.js";
import { configSchema } from "./schema.js";
import type { Config } from "./schema.js";

/** Origin of a value. */
export type Source =
  | { readonly kind: "default" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "flag"; readonly flag: string };

export interface LoadedConfig {
  readonly config: Config;
  /** By option name; complete. */
  readonly provenance: ReadonlyMap<string, Source>;
}

export interface ConfigInputs {
  /** Values of flags by option name, as given on the command line. */
  readonly flags: Readonly<Record<string, string | number>>;
  /** `--config`. When absent, SLUICE_CONFIG or no file. */
  readonly file?: string | undefined;
  /** Default: the environment of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Throws INVALID_CONFIG naming every invalid option with its value, range and origin. Relative
 * paths in a file are resolved against the file's folder, all others against the working directory.
 */
export function loadConfig(inputs: ConfigInputs): LoadedConfig {
  const environment = inputs.environment ?? process.env;
  const file = inputs.file ?? environment["SLUICE_CONFIG"];
  const faults: string[] = [];
  const given = new Map<string, Given>();
  if (file !== undefined && file !== "") readFile(resolve(file), given, faults);
  readEnvironment(environment, given, faults);
  readFlags(inputs.flags, given, faults);

  const provenance = new Map<string, Source>();
  const values: Record<string, unknown> = {};
  for (const option of options) {
    const value = given.get(option.name) ?? { raw: option.default, source: { kind: "default" } };
    provenance.set(option.name, value.source);
    setAt(values, option.name.split("."), checked(option, value, faults));
  }
  if (faults.length > 0) throw new SluiceError("INVALID_CONFIG", faults.join("; "));
  const config: Config = configSchema.parse(values);
  checkTogether(config);
  return { config: deepFreeze(config), provenance };
}

/**
 * Address of the server that commands connect to: SLUICE_SERVER, or the default port on this
 * machine.
 */
export function serverAddress(environment: ConfigInputs["environment"] = process.env): string {
  const named = environment["SLUICE_SERVER"];
  return named === undefined || named === "" ? defaultServerAddress() : named;
}

/** `127.0.0.1:7311`, from the defaults of the options. */
export function defaultServerAddress(): string {
  return `${defaultOf("host")}:${defaultOf("grpcPort")}`;
}

/** `http://127.0.0.1:7312`. */
export function defaultHttpAddress(): string {
  return `http://${defaultOf("host")}:${defaultOf("httpPort")}`;
}

function defaultOf(name: string): string {
  return String(options.find((option) => option.name === name)?.default);
}

/** API key of client commands, from SLUICE_API_KEY. */
export function apiKey(environment: ConfigInputs["environment"] = process.env): string | undefined {
  return environment["SLUICE_API_KEY"]?.trim() || undefined;
}

/** API key from a file. Throws INVALID_CONFIG naming the file and nothing of its contents. */
export function readApiKey(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    throw new SluiceError("INVALID_CONFIG", `${file} cannot be read (${String(code)})`);
  }
  const key = text.trim();
  if (key === "") throw new SluiceError("INVALID_CONFIG", `${file} is empty: no key is in it`);
  return key;
}

/** Where models are downloaded from, as set in the environment. */
export function hubSettings(environment: ConfigInputs["environment"] = process.env): {
  readonly baseUrl: string | undefined;
  readonly token: string | undefined;
} {
  const given = (name: string): string | undefined => environment[name]?.trim() || undefined;
  return { baseUrl: given("SLUICE_HUB_URL"), token: given("HF_TOKEN") };
}

/** Terminal preferences in the environment: https://no-color.org, and the usual FORCE_COLOR. */
export interface TerminalPreference {
  readonly colors: "always" | "never" | "terminal";
  /** False when the cursor cannot be moved. */
  readonly canRedraw: boolean;
}

export function terminalPreference(
  environment: ConfigInputs["environment"] = process.env,
): TerminalPreference {
  const isDumb = environment["TERM"] === "dumb";
  const force = environment["FORCE_COLOR"] ?? "";
  let colors: TerminalPreference["colors"] = isDumb ? "never" : "terminal";
  if (force !== "") colors = force === "0" ? "never" : "always";
  if ((environment["NO_COLOR"] ?? "") !== "") colors = "never";
  return { colors, canRedraw: !isDumb };
}

/** Environment variables other than options, for the documentation. */
export const otherVariables: readonly { readonly name: string; readonly meaning: string }[] = [
  { name: "SLUICE_CONFIG", meaning: "Configuration file, if --config is absent." },
  { name: "SLUICE_SERVER", meaning: "Server address of client commands (--server)." },
  { name: "SLUICE_API_KEY", meaning: "API key of client commands (--api-key-file)." },
  { name: "SLUICE_HUB_URL", meaning: "Hub address of `sluice model pull` (--url)." },
  { name: "HF_TOKEN", meaning: "Token of `sluice model pull`, sent to the hub only." },
  {
    name: "OTEL_EXPORTER_OTLP_HEADERS",
    meaning:
      "Headers of requests to the collector of `tracing.endpoint`, such as its key: `name=value,...`.",
  },
  {
    name: "OTEL_EXPORTER_OTLP_CERTIFICATE",
    meaning: "File with the authority of the collector's certificate, PEM.",
  },
  {
    name: "OTEL_SERVICE_NAME",
    meaning: "Name of the server in traces; default: sluice.",
  },
  {
    name: "OTEL_RESOURCE_ATTRIBUTES",
    meaning: "Further attributes of the server in traces: `name=value,...`.",
  },
  { name: "NO_COLOR", meaning: "Disables colors unless empty." },
  {
    name: "FORCE_COLOR",
    meaning: "Enables colors even if the output is not a terminal; 0 disables them.",
  },
];

/** `otherVariables` as a Markdown table, for the documentation. */
export function variablesMarkdown(): string {
  const rows = otherVariables.map(({ name, meaning }) => `| \`${name}\` | ${meaning} |`);
  return ["| environment | meaning |", "|---|---|", ...rows].join("\n");
}

interface Given {
  readonly raw: unknown;
  readonly source: Source;
}

const optionsByName = new Map(options.map((option) => [option.name, option]));
const optionsByVariable = new Map(options.map((option) => [option.variable, option]));

function readFile(path: string, given: Map<string, Given>, faults: string[]): void {
  let table: Record<string, unknown>;
  try {
    table = parse(readFileSync(path, "utf8"));
  } catch (error) {
    const place = error instanceof TomlError ? `${path}:${error.line}:${error.column}` : path;
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new SluiceError("INVALID_CONFIG", `${place}: ${reason}`, { cause: error });
  }
  for (const [name, raw] of flatten(table, "")) {
    if (optionsByName.has(name)) given.set(name, { raw, source: { kind: "file", path } });
    else faults.push(unknown(`option "${name}" in ${path}`, name, [...optionsByName.keys()]));
  }
}

function* flatten(table: Record<string, unknown>, prefix: string): Generator<[string, unknown]> {
  for (const [key, value] of Object.entries(table)) {
    const name = `${prefix}${key}`;
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isTable && !(value instanceof Date) && !optionsByName.has(name)) {
      yield* flatten(value as Record<string, unknown>, `${name}.`);
    } else {
      yield [name, value];
    }
  }
}

// Kubernetes sets these for every service called "sluice"; they are not options.
const foreignVariable = /^SLUICE_(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)$/;

function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  given: Map<string, Given>,
  faults: string[],
): void {
  const others = new Set(otherVariables.map(({ name }) => name));
  for (const [variable, raw] of Object.entries(environment)) {
    if (!variable.startsWith("SLUICE_") || raw === undefined || others.has(variable)) continue;
    const option = optionsByVariable.get(variable);
    if (option !== undefined) {
      given.set(option.name, { raw, source: { kind: "environment", variable } });
    } else if (!foreignVariable.test(variable)) {
      const known = [...optionsByVariable.keys(), ...others];
      faults.push(unknown(`environment variable ${variable}`, variable, known));
    }
  }
}

function readFlags(
  flags: Readonly<Record<string, string | number>>,
  given: Map<string, Given>,
  faults: string[],
): void {
  for (const [name, raw] of Object.entries(flags)) {
    const option = optionsByName.get(name);
    if (option === undefined)
      faults.push(unknown(`option "${name}"`, name, [...optionsByName.keys()]));
    else given.set(name, { raw, source: { kind: "flag", flag: option.flag } });
  }
}

function checked(option: Option, { raw, source }: Given, faults: string[]): unknown {
  const value = source.kind === "default" ? raw : converted(option, raw, source);
  const result = option.schema.safeParse(value);
  if (!result.success) {
    const unit = option.unit === "" || option.kind === "bytes" ? "" : ` ${option.unit}`;
    const expected = `expected ${option.kind === "number" ? "a number from " : ""}${option.range}`;
    faults.push(
      `${option.name} is ${JSON.stringify(raw)} (${describeSource(source)}); ${expected}${unit}`,
    );
    return undefined;
  }
  if (option.kind !== "path" || result.data === "") return result.data;
  return resolve(source.kind === "file" ? dirname(source.path) : ".", String(result.data));
}

/** Flags and variables are text. Files have types, but sizes may be text with a unit there too. */
function converted(option: Option, raw: unknown, source: Source): unknown {
  const isListOfTexts = Array.isArray(raw) && raw.every((entry) => typeof entry === "string");
  if (option.kind === "list" && isListOfTexts) return raw.join(",");
  if (option.kind === "list" && isTableOfTexts(raw))
    return Object.entries(raw)
      .map(([name, value]) => `${name}=${value}`)
      .join(",");
  if (typeof raw !== "string") return raw;
  if (option.kind === "bytes") return parseBytes(raw);
  if (option.kind !== "number" || source.kind === "file") return raw;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(raw.trim()) ? Number(raw) : raw;
}

function isTableOfTexts(raw: unknown): raw is Readonly<Record<string, string>> {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return false;
  return Object.values(raw).every((value) => typeof value === "string");
}

/** The origin in words, for errors and for `config print`. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case "default":
      return "default";
    case "file":
      return `from ${source.path}`;
    case "environment":
      return `from ${source.variable}`;
    case "flag":
      return `from ${source.flag}`;
  }
}

function checkTogether(config: Config): void {
  const { cert, key, clientCa } = config.tls;
  const fail = (option: string, fault: string): never => {
    throw new SluiceError("INVALID_CONFIG", `${option} ${fault}`, { field: option });
  };
  if (cert !== "" && key === "") fail("tls.key", "is missing: tls.cert needs its key");
  if (key !== "" && cert === "") fail("tls.cert", "is missing: tls.key needs its certificate");
  if (clientCa !== "" && cert === "") fail("tls.clientCa", "needs tls.cert and tls.key");
  parseOrigins(config.http.allowedOrigins);
  parseHosts(config.http.allowedHosts);
  parseAliases(config.modelAliases);
  parseBackupTarget(config.backup);
  if (config.backup.intervalMs > 0 && config.backup.target === "")
    fail("backup.target", "is missing: backup.intervalMs needs it");
  checkTokens(config.access, fail);
  const { endpoint } = config.tracing;
  if (
    endpoint !== "" &&
    !/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : "")
  )
    fail("tracing.endpoint", "is not the http or https address of a collector");
  if (config.grpcPort !== 0 && config.grpcPort === config.httpPort) {
    fail("httpPort", `is ${config.httpPort}, the same as grpcPort; choose another`);
  }
}

function checkTokens(
  { jwksUrl, jwtIssuer, jwtAudience, jwtFilter }: Config["access"],
  fail: (option: string, fault: string) => never,
): void {
  if (jwksUrl === "") {
    if (jwtIssuer + jwtAudience + jwtFilter !== "")
      fail("access.jwksUrl", "is missing: tokens cannot be checked without it");
    return;
  }
  if (!isPrivateUrl(jwksUrl))
    fail("access.jwksUrl", "is not https://host/path, or http:// on this machine, without a user");
  if (jwtIssuer === "") fail("access.jwtIssuer", "is missing: access.jwksUrl needs it");
  if (jwtAudience === "") fail("access.jwtAudience", "is missing: access.jwksUrl needs it");
}

/** Whoever can modify the response could grant access to anyone. */
function isPrivateUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username + password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname));
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const suggestion = nearest(name, known);
  return `unknown ${what}${suggestion === undefined ? "" : `; did you mean ${suggestion}?`}`;
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = (target[key] ?? {}) as Record<string, unknown>;
  target[key] = inner;
  setAt(inner, rest, value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
