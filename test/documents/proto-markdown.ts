// docs/reference/grpc.md: the proto files as tables.

import { tableRow } from "../../bench/markdown.js";
import { readProtos } from "./proto-file.js";
import type { ProtoItem } from "./proto-file.js";

export function protoMarkdown(): string {
  const files = readProtos();
  const types = new Set([...files.values()].flat().map(({ name }) => name));
  const sections = [...files].flatMap(([file, items]) => [
    `## ${file}`,
    ...items.map((item) => section(item, types)),
  ]);
  return sections.join("\n\n");
}

function section(item: ProtoItem, types: ReadonlySet<string>): string {
  const head = [`### ${item.name}`, item.comment];
  if (item.children.length === 0) return head.join("\n\n");
  return [...head, tableOf(item, types)].join("\n\n");
}

function tableOf(item: ProtoItem, types: ReadonlySet<string>): string {
  const cells = (one: ProtoItem, note = ""): string[] => [
    `\`${one.name}\``,
    ...(item.kind === "enum" ? [] : [linked(one.type, types)]),
    ...(item.kind === "service" ? [] : [one.number]),
    `${note}${one.comment.replaceAll("|", "\\|")}`,
  ];
  const header = {
    service: ["RPC", "request → response", "meaning"],
    enum: ["value", "number", "meaning"],
    message: ["field", "type", "number", "meaning"],
  }[item.kind as "service" | "enum" | "message"];
  const rows = item.children.flatMap((one) =>
    one.kind === "oneof"
      ? one.children.map((choice) => cells(choice, `One of \`${one.name}\`. `))
      : [cells(one)],
  );
  return [tableRow(header), `|${"---|".repeat(header.length)}`, ...rows.map(tableRow)].join("\n");
}

/** A type with links to the messages and enums of these files. */
function linked(type: string, types: ReadonlySet<string>): string {
  return type.replaceAll(/\w+/g, (word) =>
    types.has(word) ? `[${word}](#${word.toLowerCase()})` : word,
  );
}
