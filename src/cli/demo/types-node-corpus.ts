// The demo's corpus: the API documentation in @types/node, one document per documented symbol.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type ts from "typescript";
import { assert } from "../../core/assert.js";
import type { Document, FieldValue } from "../../core/document.js";
import { SluiceError } from "../../core/errors.js";
import { docTextOf, signatureOf, sinceOf } from "./symbol-text.js";
import type { TypeScript } from "./symbol-text.js";

export interface DemoCorpus {
  /** Version of the package, such as `20.19.43`. */
  readonly packageVersion: string;
  /** Sorted by key. */
  readonly documents: readonly Document[];
}

/** Changes whenever the same package version would give different documents. */
export const corpusFormat = 1;

/**
 * Reads every declaration file of the package. Key and title are the qualified name, such as
 * `fs.readFile`; further kinds under the same name have the kind as a suffix: `url.URL (class)`.
 * Overloads are one document. Takes about a second. Throws INVALID_INPUT_FILE when the package is
 * missing.
 */
export async function readTypesNodeCorpus(repository: string): Promise<DemoCorpus> {
  const folder = packageFolder(repository);
  const { default: typescript } = await import("typescript");
  const symbols = new Map<string, DocumentedSymbol>();
  for (const file of declarationFiles(folder)) {
    const text = readFileSync(file, "utf8");
    const source = typescript.createSourceFile(
      file,
      text,
      typescript.ScriptTarget.ESNext,
      /* setParentNodes */ true,
    );
    visitStatements(typescript, source.statements, { module: "globals", path: [] }, symbols);
  }
  return { packageVersion: typesNodeVersion(repository), documents: toDocuments(symbols) };
}

interface DocumentedSymbol {
  readonly name: string;
  readonly module: string;
  readonly kind: string;
  since: string | undefined;
  readonly signatures: string[];
  readonly texts: string[];
}

/** Where a declaration is: `{module: "fs", path: ["promises"]}`. */
interface Place {
  readonly module: string;
  readonly path: readonly string[];
}

function packageFolder(repository: string): string {
  return join(repository, "node_modules", "@types", "node");
}

function missingPackage(folder: string, cause?: unknown): SluiceError {
  const message = `${folder} cannot be read: the demo's corpus is the package @types/node; run npm ci`;
  return new SluiceError("INVALID_INPUT_FILE", message, { cause });
}

function declarationFiles(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (cause) {
    throw missingPackage(folder, cause);
  }
  return (
    entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(".d.ts"))
      .map((entry) => join(entry.parentPath, entry.name))
      // These folders repeat declarations for old compilers.
      .filter((path) => !/^(ts\d|compatibility)/.test(relative(folder, path)))
      .sort()
  );
}

/** Version of the installed package. Throws INVALID_INPUT_FILE when it is missing. */
export function typesNodeVersion(repository: string): string {
  const folder = packageFolder(repository);
  if (!existsSync(folder)) throw missingPackage(folder);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly version: string;
  };
  return version;
}

type Symbols = Map<string, DocumentedSymbol>;

function visitStatements(
  ts: TypeScript,
  statements: readonly ts.Statement[],
  place: Place,
  symbols: Symbols,
): void {
  for (const statement of statements) {
    if (ts.isModuleDeclaration(statement)) visitModule(ts, statement, place, symbols);
    else if (ts.isVariableStatement(statement)) visitVariables(ts, statement, place, symbols);
    else if (ts.isFunctionDeclaration(statement)) add(ts, statement, "function", place, symbols);
    else if (ts.isTypeAliasDeclaration(statement)) add(ts, statement, "type", place, symbols);
    else if (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) {
      const kind = ts.isClassDeclaration(statement) ? "class" : "interface";
      add(ts, statement, kind, place, symbols);
      const name = statement.name?.text ?? "default";
      const inside = { ...place, path: [...place.path, name] };
      for (const member of statement.members) visitMember(ts, member, inside, symbols);
    }
  }
}

function visitModule(
  ts: TypeScript,
  node: ts.ModuleDeclaration,
  place: Place,
  symbols: Symbols,
): void {
  const isNamed = ts.isStringLiteral(node.name);
  const name = node.name.text.replace(/^node:/, "");
  let inside: Place = { ...place, path: [...place.path, name] };
  if (isNamed) inside = { module: name, path: [] };
  else if (isGlobal(ts, node)) inside = { module: "globals", path: [] };
  if (inside.path.length > 0 || isNamed) {
    addNamed(ts, node, isNamed ? "module" : "namespace", inside, symbols);
  }
  const { body } = node;
  if (body === undefined) return;
  if (ts.isModuleBlock(body)) visitStatements(ts, body.statements, inside, symbols);
  else if (ts.isModuleDeclaration(body)) visitModule(ts, body, inside, symbols);
}

/** `declare global {}` inside a module. */
function isGlobal(ts: TypeScript, node: ts.ModuleDeclaration): boolean {
  return (node.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
}

function visitVariables(
  ts: TypeScript,
  statement: ts.VariableStatement,
  place: Place,
  symbols: Symbols,
): void {
  for (const variable of statement.declarationList.declarations) {
    if (ts.isIdentifier(variable.name)) add(ts, variable, "variable", place, symbols);
  }
}

function visitMember(
  ts: TypeScript,
  member: ts.ClassElement | ts.TypeElement,
  place: Place,
  symbols: Symbols,
): void {
  if (ts.isMethodDeclaration(member) || ts.isMethodSignature(member)) {
    add(ts, member, "method", place, symbols);
  } else if (ts.isConstructorDeclaration(member) || ts.isConstructSignatureDeclaration(member)) {
    const path = [...place.path, "constructor"];
    addNamed(ts, member, "constructor", { ...place, path }, symbols);
  } else if (ts.isPropertyDeclaration(member) || ts.isPropertySignature(member)) {
    add(ts, member, "property", place, symbols);
  } else if (ts.isGetAccessorDeclaration(member) || ts.isSetAccessorDeclaration(member)) {
    add(ts, member, "property", place, symbols);
  }
}

function add(
  ts: TypeScript,
  node: ts.NamedDeclaration,
  kind: string,
  place: Place,
  symbols: Symbols,
): void {
  const { name } = node;
  // A computed name such as [Symbol.iterator] is kept as written.
  const word = name === undefined ? "default" : name.getText().replaceAll(/^["']|["']$/g, "");
  addNamed(ts, node, kind, { ...place, path: [...place.path, word] }, symbols);
}

function addNamed(
  ts: TypeScript,
  node: ts.Node,
  kind: string,
  { module, path }: Place,
  symbols: Symbols,
): void {
  const text = docTextOf(ts, node);
  if (text === "") return;
  const name = [...(module === "globals" ? [] : [module]), ...path].join(".");
  const id = `${name}\n${kind}`;
  const known = symbols.get(id);
  const symbol = known ?? { name, module, kind, since: undefined, signatures: [], texts: [] };
  symbols.set(id, symbol);
  symbol.since ??= sinceOf(ts, node);
  const signature = signatureOf(ts, node, name);
  if (signature !== "" && !symbol.signatures.includes(signature)) symbol.signatures.push(signature);
  if (!symbol.texts.some((other) => other.includes(text))) symbol.texts.push(text);
}

/** Signatures shown per symbol; further overloads differ little. */
const signaturesMax = 3;

function toDocuments(symbols: Symbols): Document[] {
  const taken = new Set<string>();
  const documents = [...symbols.values()].map((symbol): Document => {
    const { name, module, kind, since, signatures, texts } = symbol;
    const key = taken.has(name) ? `${name} (${kind})` : name;
    assert(!taken.has(key), "name and kind identify a symbol");
    taken.add(key);
    const fields = new Map<string, FieldValue>([
      ["module", { kind: "keyword", value: module }],
      ["kind", { kind: "keyword", value: kind }],
    ]);
    if (since !== undefined) fields.set("since", { kind: "keyword", value: since });
    const text = [...signatures.slice(0, signaturesMax), "", ...texts].join("\n").trim();
    return { key, title: name, text, fields };
  });
  return documents.sort((a, b) => (a.key < b.key ? -1 : 1));
}
