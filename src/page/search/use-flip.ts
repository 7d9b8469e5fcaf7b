// Moves list items smoothly from their old to their new places: First, Last, Invert, Play.
// Source: Paul Lewis, "FLIP your animations", 2015.

import { useLayoutEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";

const durationMs = 220;

/** Items carry `data-key`. Only those that are seen before or afterwards are moved. */
export function useFlip(list: RefObject<HTMLElement | null>, ranking: unknown): void {
  const places = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const { current } = list;
    if (current === null) return;
    const before = places.current;
    const after = new Map<string, number>();
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const item of current.children) {
      if (!(item instanceof HTMLElement)) continue;
      const top = item.offsetTop;
      const key = item.dataset["key"] ?? "";
      after.set(key, top);
      const old = before.get(key);
      if (isStill || before.size === 0 || !isSeen(current, [top, old ?? top])) continue;
      if (old === undefined) item.animate({ opacity: [0, 1] }, { duration: durationMs });
      else if (old !== top)
        item.animate(
          { transform: [`translateY(${old - top}px)`, "none"] },
          { duration: durationMs, easing: "ease-out" },
        );
    }
    places.current = after;
  }, [list, ranking]);
}

function isSeen(list: HTMLElement, tops: readonly number[]): boolean {
  const start = -list.getBoundingClientRect().top - innerHeight / 2;
  return tops.some((top) => top >= start && top <= start + 2 * innerHeight);
}
