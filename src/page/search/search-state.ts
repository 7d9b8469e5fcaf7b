// What the page shows of a search: pure functions over one record.

import type { SearchUpdateJson } from "../../browser/types.js";

export type Status = "idle" | "searching" | "done" | "lost" | "failed";

export interface Arrival {
  readonly stage: SearchUpdateJson["stage"];
  readonly certificate: SearchUpdateJson["certificate"];
  /** Milliseconds from the start of the search to the update's arrival in the page. */
  readonly atMs: number;
}

export interface SearchState {
  readonly status: Status;
  /** The newest query. */
  readonly query: string;
  readonly shown: SearchUpdateJson | undefined;
  /** The query that `shown` answers: until the first update of a search, the one before. */
  readonly shownQuery: string;
  /** A newer update, kept back while the pointer or the focus is on a hit. */
  readonly held: SearchUpdateJson | undefined;
  readonly isHolding: boolean;
  readonly arrivals: readonly Arrival[];
  /** In words, with status `lost` or `failed`. */
  readonly problem: string | undefined;
}

export type SearchEvent =
  | { readonly kind: "cleared" }
  | { readonly kind: "started"; readonly query: string }
  | { readonly kind: "update"; readonly update: SearchUpdateJson; readonly atMs: number }
  | { readonly kind: "lost"; readonly problem: string }
  | { readonly kind: "failed"; readonly problem: string }
  | { readonly kind: "hold" }
  | { readonly kind: "release" };

export const nothingSearched: SearchState = {
  status: "idle",
  query: "",
  shown: undefined,
  shownQuery: "",
  held: undefined,
  isHolding: false,
  arrivals: [],
  problem: undefined,
};

export function nextState(state: SearchState, event: SearchEvent): SearchState {
  switch (event.kind) {
    case "cleared":
      return nothingSearched;
    case "started":
      // The ranking of the query before stays until the first update: the page does not flicker.
      return {
        ...nothingSearched,
        status: "searching",
        query: event.query,
        shown: state.shown,
        shownQuery: state.shownQuery,
      };
    case "update":
      return withUpdate(state, event);
    case "lost":
    case "failed":
      return { ...state, status: event.kind, problem: event.problem, arrivals: [] };
    case "hold":
      return { ...state, isHolding: true };
    case "release":
      return { ...state, isHolding: false, shown: state.held ?? state.shown, held: undefined };
  }
}

/** The first update of a search is never kept back: what is shown answers another query. */
function withUpdate(
  state: SearchState,
  { update, atMs }: Extract<SearchEvent, { kind: "update" }>,
): SearchState {
  const { stage, certificate } = update;
  const isFirst = state.arrivals.length === 0;
  const isKept = state.isHolding && !isFirst && movesHits(state.shown, update);
  return {
    ...state,
    status: update.final ? "done" : "searching",
    problem: undefined,
    shown: isKept ? state.shown : update,
    shownQuery: state.query,
    held: isKept ? update : undefined,
    isHolding: state.isHolding && !isFirst,
    arrivals: [...state.arrivals, { stage, certificate, atMs }],
  };
}

function movesHits(before: SearchUpdateJson | undefined, after: SearchUpdateJson): boolean {
  const keys = (update: SearchUpdateJson | undefined): string =>
    JSON.stringify(update?.hits.map(({ key }) => key));
  return keys(before) !== keys(after);
}
