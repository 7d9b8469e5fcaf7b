// The ranking. Hits keep their places while the pointer or the focus is on one of them.

import { useRef } from "preact/hooks";

import type { BrowserClient } from "../../browser/client.js";
import type { FieldJson } from "../../browser/types.js";
import { HitItem } from "./hit-item.js";
import type { SearchEvent, SearchState } from "./search-state.js";
import { useFlip } from "./use-flip.js";

export function HitList({
  state,
  dispatch,
  client,
  collection,
  onFilter,
}: {
  readonly state: SearchState;
  readonly dispatch: (event: SearchEvent) => void;
  readonly client: BrowserClient;
  readonly collection: string;
  readonly onFilter: (field: string, value: FieldJson) => void;
}) {
  const list = useRef<HTMLOListElement>(null);
  const { shown, held, query, shownQuery } = state;
  useFlip(list, shown);
  if (shown === undefined) return null;
  const hold = (): void => {
    if (!state.isHolding) dispatch({ kind: "hold" });
  };
  /** `focused`: what has the focus from now on. */
  const release = (focused: EventTarget | null): void => {
    const isOn = focused instanceof Node && list.current?.contains(focused) === true;
    if (state.isHolding && !isOn) dispatch({ kind: "release" });
  };
  return (
    <>
      {held !== undefined && (
        <button type="button" class="newer" onClick={() => dispatch({ kind: "release" })}>
          a better ranking is there: show it
        </button>
      )}
      <ol
        class="hits"
        ref={list}
        aria-busy={state.status === "searching"}
        data-query={shownQuery}
        data-stale={shownQuery !== query}
        onPointerMove={hold}
        onPointerLeave={() => release(document.activeElement)}
        onFocusIn={hold}
        onFocusOut={({ relatedTarget }) => {
          if (list.current?.matches(":hover") !== true) release(relatedTarget);
        }}
        onKeyDown={moveFocus}
      >
        {shown.hits.map((hit, place) => (
          <HitItem
            key={hit.key}
            hit={hit}
            isSettled={place < shown.settled_count}
            isFinal={shown.final}
            client={client}
            collection={collection}
            query={shownQuery}
            onFilter={onFilter}
          />
        ))}
      </ol>
      {shown.hits.length === 0 && shown.final && <p class="empty">No document answers this.</p>}
    </>
  );
}

/** Arrows go from hit to hit; the first one up goes back to the query. */
function moveFocus(event: KeyboardEvent): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0 || !(event.target instanceof HTMLElement)) return;
  const item = event.target.closest("li");
  const next = step > 0 ? item?.nextElementSibling : item?.previousElementSibling;
  event.preventDefault();
  focusHit(next ?? (step > 0 ? item : null));
}

/** Without a hit, the query. */
export function focusHit(item: Element | null | undefined): void {
  const target = item?.querySelector<HTMLElement>("h3") ?? document.getElementById("query");
  target?.focus();
}
