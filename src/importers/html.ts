// Reads HTML: one document for each page, with its main text.

import { parse } from "parse5";
import { SluiceError } from "../core/errors.js";
import { attributeOf, findElement, mainElement, textOf } from "./html-text.js";
import type { HtmlElement, HtmlPage } from "./html-text.js";
import type { ImportedDocument, ReadOptions } from "./jsonl.js";
import { mapFields } from "./map-object.js";
import { fileTitle } from "./plain-text.js";
import { importWhole, recode, toUtf8 } from "./whole-file.js";

/**
 * The page as the parser of the HTML standard sees it. Text: that of `main`, or of the only
 * `article`, or of the body, without navigation, scripts and what is hidden. Key: the file's name.
 * Title: `title`, or the first `h1`, or the file's name. Fields: `path`, `url` (the canonical link)
 * and `lang`. The encoding is the declared one, that of the byte order mark, or that of `meta`.
 */
export async function readHtml(
  path: string,
  options: ReadOptions,
): Promise<readonly ImportedDocument[]> {
  return importWhole(path, options, (content) => {
    const { name, mapping, encoding } = options;
    const page = parse(decode(content, { isConverted: encoding !== undefined }));
    const text = textOf(mainElement(page));
    if (text === "") throw new SluiceError("INVALID_INPUT_FILE", "has no text");
    const heading = findElement(page, (element) => element.tagName === "h1");
    const titles = [findElement(page, isTitle), heading].map(
      (element) => element && textOf(element),
    );
    const title = titles.find((one) => one !== undefined && one !== "") ?? fileTitle(name);
    const fields = mapFields({ path: name, ...headFields(page) }, mapping);
    return [{ document: { key: name, title, text, fields }, line: 1 }];
  });
}

/** Content that no option has converted is in the encoding that the page names, or UTF-8. */
function decode(content: Buffer, { isConverted }: { readonly isConverted: boolean }): string {
  const head = content.subarray(0, 1024).toString("latin1");
  const label = /<meta\b[^>]*\bcharset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1];
  // A page that can be read up to its `meta` is not of UTF-16, as the standard says, too.
  const isUtf8 = isConverted || label === undefined || /^utf-?(?:8|16)/i.test(label);
  return isUtf8 ? toUtf8(content) : recode(content, label);
}

/** Also SVG has titles. */
function isTitle({ tagName, parentNode }: HtmlElement): boolean {
  return tagName === "title" && parentNode !== null && parentNode.nodeName === "head";
}

function headFields(page: HtmlPage): Readonly<Record<string, string | null>> {
  const canonical = findElement(
    page,
    (element) => element.tagName === "link" && attributeOf(element, "rel") === "canonical",
  );
  const root = findElement(page, ({ tagName }) => tagName === "html");
  return {
    url: (canonical && attributeOf(canonical, "href")) ?? null,
    lang: (root && attributeOf(root, "lang")) ?? null,
  };
}
