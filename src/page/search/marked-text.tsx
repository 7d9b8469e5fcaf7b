// Text with highlighted places. It is always text, whatever it contains.

import type { SpanJson } from "../../browser/types.js";
import type { ComponentChildren } from "preact";

/** Code units that are shown at most. */
const shownMax = 420;

/** A part of `text` in `within` around the first of the highlights. */
export function Snippet({
  text,
  within,
  highlights,
}: {
  readonly text: string;
  readonly within: SpanJson;
  readonly highlights: readonly SpanJson[];
}) {
  const inside = highlights.filter(({ start, end }) => start >= within.start && end <= within.end);
  const first = inside[0]?.start ?? within.start;
  const start = boundary(text, Math.max(within.start, Math.min(first - 60, within.end - shownMax)));
  const end = boundary(text, Math.min(within.end, start + shownMax));
  const parts: ComponentChildren[] = [start > within.start ? "… " : ""];
  let at = start;
  for (const place of inside) {
    if (place.start < at || place.end > end) continue;
    parts.push(text.slice(at, place.start), <mark>{text.slice(place.start, place.end)}</mark>);
    at = place.end;
  }
  parts.push(text.slice(at, end), end < within.end ? " …" : "");
  return (
    <p class="snippet" dir="auto">
      {parts}
    </p>
  );
}

/** Does not cut a surrogate pair. */
function boundary(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
