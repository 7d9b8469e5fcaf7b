// Reads Markdown: one document for each section, with the headings above it.

import { Lexer } from "marked";
import type { Token, Tokens } from "marked";
import type { Document } from "../core/document.js";
import { SluiceError } from "../core/errors.js";
import { readFrontMatter } from "./front-matter.js";
import type { ImportedDocument, ReadOptions } from "./jsonl.js";
import { mapFields } from "./map-object.js";
import { fileTitle } from "./plain-text.js";
import { importWhole, toUtf8 } from "./whole-file.js";

/**
 * The sections of a Markdown file (CommonMark and GitHub's tables), each from its heading to the
 * next one, as its source text: links and code stay as they are, and links by reference get their
 * targets. Key: the file's name, from the second section on with `#` and the anchor of the heading.
 * Title: `title` of the front matter, or the first heading of level 1, or the file's name. Fields:
 * `path`, `heading` (those above it and its own, `Install > Linux`), and the front matter. A heading
 * without text of its own stands in the headings below it alone.
 */
export async function readMarkdown(
  path: string,
  options: ReadOptions,
): Promise<readonly ImportedDocument[]> {
  return importWhole(path, options, (content) => toDocuments(toUtf8(content), options));
}

interface Section {
  /** Texts of the heading and of those above it; empty before the first. */
  readonly headings: readonly string[];
  readonly depth: number;
  /** Line of the heading, from 1. */
  readonly line: number;
  readonly tokens: Token[];
}

function toDocuments(text: string, options: ReadOptions): readonly ImportedDocument[] {
  const { properties, end, lineCount } = readFrontMatter(text);
  const { name, mapping } = options;
  const sections = splitSections(new Lexer().lex(text.slice(end)), lineCount + 1);
  const titleName = mapping.title ?? "title";
  const titleProperty = properties[titleName];
  const topHeading = sections.find(({ depth }) => depth === 1)?.headings.at(-1);
  const title = typeof titleProperty === "string" ? titleProperty : (topHeading ?? fileTitle(name));
  const others = Object.entries(properties).filter(
    ([property]) => property !== titleName || typeof titleProperty !== "string",
  );
  const anchorOf = createAnchors();
  const documents: ImportedDocument[] = [];
  for (const [i, section] of sections.entries()) {
    const { headings, line } = section;
    const anchor = headings.length === 0 ? "" : anchorOf(headings.at(-1) ?? "");
    if (!isWorthADocument(section, sections[i + 1])) continue;
    const heading = headings.length === 0 ? null : headings.join(" > ");
    const values = { path: name, heading, ...Object.fromEntries(others) };
    const document: Document = {
      key: documents.length === 0 || anchor === "" ? name : `${name}#${anchor}`,
      title,
      text: sourceOf(section.tokens).trim(),
      fields: mapFields(values, mapping),
    };
    documents.push({ document, line });
  }
  if (documents.length === 0) throw new SluiceError("INVALID_INPUT_FILE", "has no text");
  return documents;
}

function splitSections(tokens: readonly Token[], firstLine: number): readonly Section[] {
  const sections: Section[] = [{ headings: [], depth: 0, line: firstLine, tokens: [] }];
  /** The last heading and those above it. */
  const above: { readonly depth: number; readonly text: string }[] = [];
  let line = firstLine;
  for (const token of tokens) {
    if (token.type === "heading") {
      const { depth, tokens: inline } = token as Tokens.Heading;
      while ((above.at(-1)?.depth ?? 0) >= depth) above.pop();
      above.push({ depth, text: plainText(inline) });
      const headings = above.map(({ text }) => text).filter((text) => text !== "");
      sections.push({ headings, depth, line, tokens: [] });
    }
    sections.at(-1)?.tokens.push(token);
    line += token.raw.split("\n").length - 1;
  }
  return sections;
}

/** Whether it has text beside its heading, or no section below it that has its heading. */
function isWorthADocument(section: Section, next: Section | undefined): boolean {
  const hasText = section.tokens.some(({ type }) => !["heading", "space", "def"].includes(type));
  if (hasText) return true;
  return section.depth > 0 && (next === undefined || next.depth <= section.depth);
}

/** The source of the tokens, in which links by reference have their targets. */
function sourceOf(tokens: readonly Token[]): string {
  return tokens
    .filter(({ type }) => type !== "def")
    .map((token) => {
      let { raw } = token;
      for (const link of linksIn([token])) {
        const isByReference = link.raw.endsWith("]");
        if (!isByReference) continue;
        const mark = link.type === "image" ? "!" : "";
        raw = raw.replace(link.raw, () => `${mark}[${link.text}](${link.href})`);
      }
      return raw;
    })
    .join("");
}

function linksIn(tokens: readonly Token[]): readonly (Tokens.Link | Tokens.Image)[] {
  return tokens.flatMap((token) => {
    const found = token.type === "link" || token.type === "image" ? [token as Tokens.Link] : [];
    return [...found, ...linksIn(childrenOf(token))];
  });
}

function childrenOf(token: Token): readonly Token[] {
  if (token.type === "list") return (token as Tokens.List).items;
  if (token.type !== "table") return "tokens" in token ? (token.tokens ?? []) : [];
  const { header, rows } = token as Tokens.Table;
  return [...header, ...rows.flat()].flatMap(({ tokens }) => tokens);
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      const children = childrenOf(token);
      if (children.length > 0) return plainText(children);
      return token.type === "html" ? "" : "text" in token ? String(token.text) : token.raw;
    })
    .join("")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Anchors as GitHub makes them: letters, digits, `_` and `-`; a number when one is taken. */
function createAnchors(): (heading: string) => string {
  const counts = new Map<string, number>();
  return (heading) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
      .replaceAll(" ", "-");
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  };
}
