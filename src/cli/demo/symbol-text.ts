// Text of a declaration: its signature on one line, and its documentation as plain text.

import type ts from "typescript";

/** The compiler, injected because it is loaded only for the demo. */
export type TypeScript = typeof ts;

/** The documentation comment with its parameters; empty when there is none. */
export function docTextOf(ts: TypeScript, node: ts.Node): string {
  const comment = commentOf(ts, node);
  if (comment === undefined) return "";
  const parts = [cleanText(ts.getTextOfJSDocComment(comment.comment) ?? "")];
  for (const tag of comment.tags ?? []) {
    const text = cleanText(ts.getTextOfJSDocComment(tag.comment) ?? "").replace(/^-\s*/, "");
    if (ts.isJSDocParameterTag(tag)) {
      if (text !== "") parts.push(`${tag.name.getText()}: ${text}`);
    } else if (ts.isJSDocReturnTag(tag)) {
      if (text !== "") parts.push(`Returns ${text}`);
    } else if (ts.isJSDocDeprecatedTag(tag)) {
      parts.push(`Deprecated. ${text}`.trim());
    } else if (tag.tagName.text === "default" && text !== "") {
      parts.push(`Default: ${text}`);
    } else if (tag.tagName.text === "example" && text !== "") {
      parts.push(text);
    }
  }
  return parts.filter((part) => part !== "").join("\n");
}

/** The version of @since, such as `v0.1.29`. */
export function sinceOf(ts: TypeScript, node: ts.Node): string | undefined {
  const tag = commentOf(ts, node)?.tags?.find(({ tagName }) => tagName.text === "since");
  return /v?\d+(\.\d+)*/.exec(ts.getTextOfJSDocComment(tag?.comment) ?? "")?.[0];
}

const signatureLengthMax = 240;

/**
 * The declaration on one line without its body, with `name` in place of its own; may be truncated.
 */
export function signatureOf(ts: TypeScript, node: ts.Node, name: string): string {
  if (ts.isModuleDeclaration(node)) return "";
  const start = node.getStart();
  const text = node.getSourceFile().text.slice(start, endOfHead(ts, node));
  const withoutComments = text.replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, "");
  const line = withoutComments
    .replaceAll(/\s+/g, " ")
    .replace(/^(?:(?:export|declare|default|public|static|readonly|const|var|let) )+/, "")
    .replace(/^(function|class|interface|type) /, "")
    .replaceAll(/,? (?=[)}])/g, "")
    .replaceAll(/([({]) /g, "$1")
    .replace(/[;{ ]+$/, "");
  const qualified = qualifiedName(line, name);
  return qualified.length <= signatureLengthMax
    ? qualified
    : `${qualified.slice(0, signatureLengthMax - 1)}…`;
}

function qualifiedName(line: string, name: string): string {
  const own = name.slice(name.lastIndexOf(".") + 1);
  if (own === "constructor") {
    return `new ${name.slice(0, -".constructor".length)}${line.slice(Math.max(0, line.indexOf("(")))}`;
  }
  const accessor = line.replace(/^[gs]et (?=\w+\()/, "");
  return accessor.startsWith(own) ? name + accessor.slice(own.length) : line;
}

/** Classes and interfaces end before their members, everything else at its own end. */
function endOfHead(ts: TypeScript, node: ts.Node): number {
  if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) {
    return node.members.pos - 1;
  }
  return node.end;
}

function commentOf(ts: TypeScript, node: ts.Node): ts.JSDoc | undefined {
  // The last of several comments documents the declaration; earlier ones document the file.
  return ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1);
}

/** Markdown as plain text: links as their text, code without fences. */
export function cleanText(text: string): string {
  return text
    .replaceAll(
      /\{@link(?:code|plain)?\s+([^}|\s]+)(?:\s*[|\s]\s*([^}]*))?\}/g,
      (_, target, words) => String(words === undefined || words === "" ? target : words),
    )
    .replaceAll(/!?\[((?:[^[\]]|\[[^\]]*\])+)\]\([^)]*\)/g, "$1")
    .replaceAll(/\[([^\]]+)\]\[[^\]]*\]/g, "$1")
    .replaceAll(/^\s*```.*$|^#+ /gm, "")
    .replaceAll(/`([^`\n]+)`/g, "$1")
    .replaceAll(/(\*\*|__)(?=\S)([^\n]+?)\1/g, "$2")
    .replaceAll(/(?<!\w)_(?=\S)([^_\n]+?)_(?!\w)/g, "$1")
    .replaceAll(/\\_/g, "_")
    .replaceAll(/\n\s*\n\s*/g, "\n\n")
    .trim();
}
