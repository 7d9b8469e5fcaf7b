// Why a hit has its score: each token of the query, and the token of the passage that answers it best.

import { useEffect, useState } from "preact/hooks";

import type { BrowserClient } from "../../browser/client.js";
import type {
  ExplanationJson,
  SearchHitJson,
  SpanJson,
  TokenMatchJson,
} from "../../browser/types.js";
import { wordsOf } from "./use-search.js";

export function Evidence({
  client,
  hit,
  collection,
  query,
}: {
  readonly client: BrowserClient;
  readonly hit: SearchHitJson;
  readonly collection: string;
  readonly query: string;
}) {
  const [found, setFound] = useState<ExplanationJson | string | undefined>();
  useEffect(() => {
    const gone = new AbortController();
    client.explain({ collection, query, key: hit.key }, { signal: gone.signal }).then(
      (explanation) => setFound(explanation),
      (error: unknown) => {
        if (!gone.signal.aborted) setFound(wordsOf(error));
      },
    );
    return () => gone.abort();
  }, [client, collection, query, hit.key]);
  if (found === undefined) return <p class="evidence">Looking at the tokens …</p>;
  if (typeof found === "string") return <p class="evidence problem">{found}</p>;
  return (
    <section class="evidence" aria-label="evidence">
      <HeatText text={hit.payload?.text ?? ""} explanation={found} />
      <table>
        <thead>
          <tr>
            <th scope="col">query</th>
            <th scope="col">passage</th>
            <th scope="col">similarity</th>
          </tr>
        </thead>
        <tbody>
          {found.matches.map((match, place) => (
            <tr key={place}>
              <td dir="auto">{match.query_token}</td>
              <td dir="auto">{match.passage_token}</td>
              <td>
                <meter min={0} max={1} value={Math.max(0, match.score)} aria-label="similarity" />
                {match.score.toFixed(2)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        MaxSim {found.parts.maxsim.toFixed(3)} over {found.matches.length} tokens
        {found.parts.bm25 === undefined ? "" : `, BM25 ${found.parts.bm25.toFixed(2)}`}: score{" "}
        {found.score.toFixed(4)}
        {found.terms.length > 0 && ` (words: ${found.terms.map(({ term }) => term).join(", ")})`}
      </p>
    </section>
  );
}

/** The passage, its tokens the warmer the better they answer a token of the query. */
function HeatText({
  text,
  explanation,
}: {
  readonly text: string;
  readonly explanation: ExplanationJson;
}) {
  const { span, matches } = explanation;
  const parts = [];
  let at = span.start;
  for (const { place, warmth } of warmPlaces(matches, span)) {
    if (place.start < at) continue;
    parts.push(text.slice(at, place.start));
    parts.push(
      <span class="heat" data-warmth={warmth}>
        {text.slice(place.start, place.end)}
      </span>,
    );
    at = place.end;
  }
  parts.push(text.slice(at, span.end));
  return (
    <p class="heat-text" dir="auto">
      {parts}
    </p>
  );
}

/** From 1 to 5, by the sum of the similarities that a token is the best for. */
function warmPlaces(
  matches: readonly TokenMatchJson[],
  within: SpanJson,
): readonly { readonly place: SpanJson; readonly warmth: number }[] {
  const sums = new Map<number, { place: SpanJson; sum: number }>();
  for (const { passage_span: place, score } of matches) {
    if (place === undefined || place.start < within.start || place.end > within.end) continue;
    const sum = Math.max(0, score) + (sums.get(place.start)?.sum ?? 0);
    sums.set(place.start, { place, sum });
  }
  const most = Math.max(...[...sums.values()].map(({ sum }) => sum));
  return [...sums.values()]
    .sort((a, b) => a.place.start - b.place.start)
    .map(({ place, sum }) => ({ place, warmth: Math.max(1, Math.round((5 * sum) / most)) }));
}
