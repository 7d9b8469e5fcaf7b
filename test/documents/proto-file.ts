// The proto files of the wire contract as data: every item with its comment. It reads the form that
// `test/tidy/proto.test.ts` holds them to: one item a line, a comment above each.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../../src/core/paths.js";

export interface ProtoItem {
  readonly kind: "service" | "rpc" | "message" | "enum" | "oneof" | "field" | "value";
  readonly name: string;
  readonly comment: string;
  /** Of a field: its type, such as `repeated Field`. Of an RPC: request and response. */
  readonly type: string;
  /** Of a field or a value. */
  readonly number: string;
  readonly children: ProtoItem[];
}

const folder = join(repositoryRoot(), "proto/sluice/v1");

/** Services, messages and enums of all files, files by name, items in their order. */
export function readProtos(): ReadonlyMap<string, readonly ProtoItem[]> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".proto"));
  return new Map(
    names.sort().map((name) => [name, parse(readFileSync(join(folder, name), "utf8"))]),
  );
}

function parse(text: string): ProtoItem[] {
  const roots: ProtoItem[] = [];
  const open: ProtoItem[] = [];
  let comment: string[] = [];
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (line.startsWith("//")) {
      comment.push(line.replace(/^\/\/ ?/, ""));
      continue;
    }
    const found = itemOf(line);
    if (found !== undefined) {
      const item = { ...found, comment: comment.join(" "), children: [] };
      (open.at(-1)?.children ?? roots).push(item);
      if (line.endsWith("{")) open.push(item);
    } else if (line === "}") open.pop();
    comment = [];
  }
  return roots;
}

function itemOf(line: string): Omit<ProtoItem, "comment" | "children"> | undefined {
  const block = /^(service|message|enum|oneof) (\w+) \{/.exec(line);
  if (block !== null)
    return { kind: block[1] as ProtoItem["kind"], name: block[2] ?? "", type: "", number: "" };
  const rpc = /^rpc (\w+)\(([\w ]+)\) returns \(([\w ]+)\)/.exec(line);
  if (rpc !== null)
    return { kind: "rpc", name: rpc[1] ?? "", type: `${rpc[2]} → ${rpc[3]}`, number: "" };
  const value = /^([A-Z0-9_]+) = (\d+);/.exec(line);
  if (value !== null)
    return { kind: "value", name: value[1] ?? "", type: "", number: value[2] ?? "" };
  const field = /^([\w.<>, ]+) (\w+) = (\d+);/.exec(line);
  if (field === null) return undefined;
  return { kind: "field", name: field[2] ?? "", type: field[1] ?? "", number: field[3] ?? "" };
}
