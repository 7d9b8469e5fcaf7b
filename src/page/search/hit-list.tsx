// The ranking. Hits keep their places while the pointer or the focus is on one of them.

import type { RefObject } from "preact";
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
  const holding = holdingOf(list, state, dispatch);
  if (shown === undefined) return null;
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
        {...holding}
        onKeyDown={moveFocus}
      >
        {shown.hits.map((hit, place) => (
          <HitItem
            key={hit.key}
            hit={hit}
            scoreKind={shown.score_kind}
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

/** Hits are held from the first move of the pointer or the focus on them until both have left. */
function holdingOf(
  list: RefObject<HTMLElement | null>,
  { isHolding }: SearchState,
  dispatch: (event: SearchEvent) => void,
) {
  const hold = (): void => {
    if (!isHolding) dispatch({ kind: "hold" });
  };
  /** `focused`: what has the focus from now on. */
  const release = (focused: EventTarget | null): void => {
    const isOn = focused instanceof Node && list.current?.contains(focused) === true;
    if (isHolding && !isOn) dispatch({ kind: "release" });
  };
  return {
    onPointerMove: hold,
    onPointerLeave: () => release(document.activeElement),
    onFocusIn: hold,
    onFocusOut: ({ relatedTarget }: FocusEvent) => {
      if (list.current?.matches(":hover") !== true) release(relatedTarget);
    },
  };
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
