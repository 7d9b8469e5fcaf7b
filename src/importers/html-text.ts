// The main text of a parsed page, with the line breaks of its blocks.

import type { DefaultTreeAdapterTypes } from "parse5";

export type HtmlPage = DefaultTreeAdapterTypes.Document;
export type HtmlElement = DefaultTreeAdapterTypes.Element;
type HtmlNode = DefaultTreeAdapterTypes.Node;

/** The first `main`, or the only `article`, or the body, or the page. */
export function mainElement(page: HtmlPage): HtmlElement | HtmlPage {
  const isMain = (element: HtmlElement): boolean =>
    (element.tagName === "main" || attributeOf(element, "role") === "main") && !isHidden(element);
  const main = findElement(page, isMain);
  if (main !== undefined) return main;
  const articles: HtmlElement[] = [];
  findElement(page, (element) => {
    if (element.tagName === "article") articles.push(element);
    return articles.length > 1;
  });
  const [article, second] = articles;
  if (article !== undefined && second === undefined) return article;
  return findElement(page, ({ tagName }) => tagName === "body") ?? page;
}

/** The first element in the order of the document; undefined when there is none. */
export function findElement(
  root: HtmlNode,
  isWanted: (element: HtmlElement) => boolean,
): HtmlElement | undefined {
  // A stack of its own, since pages may be nested deeper than calls.
  const waiting: HtmlNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ("tagName" in node && isWanted(node)) return node;
    waiting.push(...childrenOf(node).toReversed());
  }
  return undefined;
}

export function attributeOf({ attrs }: HtmlElement, name: string): string | undefined {
  return attrs.find((attribute) => attribute.name === name)?.value;
}

/**
 * The text as a reader sees it: white space is collapsed except in `pre`, blocks stand on lines of
 * their own, paragraphs and headings between empty lines, and items of lists behind a hyphen.
 * Without scripts, controls, navigation and hidden elements; of the body also without header,
 * footer and asides.
 */
export function textOf(root: HtmlElement | HtmlPage): string {
  const writer = createWriter();
  const isWhole = !("tagName" in root) || root.tagName === "body";
  const waiting: (HtmlNode | (() => void))[] = [...childrenOf(root)].reverse();
  let preDepth = "tagName" in root && root.tagName === "pre" ? 1 : 0;
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node === "function") {
      node();
      continue;
    }
    if ("value" in node) {
      if (preDepth > 0) writer.addPreformatted(node.value);
      else writer.addText(node.value);
    }
    if (!("tagName" in node) || isSkipped(node, isWhole)) continue;
    const { tagName } = node;
    const lineBreaks = breaksAround.get(tagName) ?? 0;
    const depthChange = tagName === "pre" ? 1 : 0;
    writer.addBreaks(lineBreaks);
    if (tagName === "li") writer.addText("- ");
    if (tagName === "td" || tagName === "th") writer.addText(" ");
    preDepth += depthChange;
    waiting.push(() => {
      preDepth -= depthChange;
      writer.addBreaks(lineBreaks);
    });
    waiting.push(...childrenOf(node).toReversed());
  }
  return writer.text();
}

function childrenOf(node: HtmlNode): readonly HtmlNode[] {
  return "childNodes" in node ? node.childNodes : [];
}

/** 1: on a line of its own; 2: between empty lines. */
const breaksAround: ReadonlyMap<string, number> = new Map([
  ...names("br caption dd div dt hr li option summary tr", 1),
  ...names("address article aside blockquote details dl fieldset figcaption figure footer form", 2),
  ...names("h1 h2 h3 h4 h5 h6 header main ol p pre section table ul", 2),
]);

function names(list: string, value: 1 | 2): (readonly [string, number])[] {
  return list.split(" ").map((name) => [name, value] as const);
}

const withoutText: ReadonlySet<string> = new Set(
  (
    "audio button canvas datalist dialog head iframe input math nav noscript object script select " +
    "style svg template textarea video"
  ).split(" "),
);
const navigationRoles: ReadonlySet<string> = new Set(["navigation", "search", "menu", "toolbar"]);
const besideMain: ReadonlySet<string> = new Set(["aside", "footer", "header"]);
const rolesBesideMain: ReadonlySet<string> = new Set(["banner", "complementary", "contentinfo"]);

function isSkipped(element: HtmlElement, isWhole: boolean): boolean {
  const { tagName } = element;
  const role = attributeOf(element, "role") ?? "";
  if (withoutText.has(tagName) || navigationRoles.has(role) || isHidden(element)) return true;
  return isWhole && (besideMain.has(tagName) || rolesBesideMain.has(role));
}

function isHidden(element: HtmlElement): boolean {
  return (
    attributeOf(element, "hidden") !== undefined ||
    attributeOf(element, "aria-hidden") === "true" ||
    /display\s*:\s*none/i.test(attributeOf(element, "style") ?? "")
  );
}

interface TextWriter {
  addText(text: string): void;
  addPreformatted(text: string): void;
  /** At least this many line breaks stand before what follows. */
  addBreaks(count: number): void;
  text(): string;
}

function createWriter(): TextWriter {
  const parts: string[] = [];
  let breaks = 0;
  let hasSpace = false;
  const add = (text: string): void => {
    if (parts.length > 0 && breaks > 0) parts.push("\n".repeat(breaks));
    else if (parts.length > 0 && hasSpace) parts.push(" ");
    parts.push(text);
    breaks = 0;
    hasSpace = false;
  };
  return {
    addText(text) {
      const collapsed = text.replaceAll(/[\s\u00a0]+/g, " ");
      if (collapsed.startsWith(" ")) hasSpace = true;
      const trimmed = collapsed.trim();
      if (trimmed === "") return;
      add(trimmed);
      hasSpace = collapsed.endsWith(" ");
    },
    addPreformatted(text) {
      if (text !== "") add(text);
    },
    addBreaks(count) {
      breaks = Math.max(breaks, count);
    },
    text: () => parts.join("").trim(),
  };
}
