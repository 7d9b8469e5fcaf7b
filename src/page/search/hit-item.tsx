// One hit of a ranking.

import { useState } from "preact/hooks";

import type { BrowserClient } from "../../browser/client.js";
import type { FieldJson, ScoreKindName, SearchHitJson } from "../../browser/types.js";
import { scoreNames, scoreTexts } from "../words.js";
import { Evidence } from "./evidence.js";
import { Snippet } from "./marked-text.js";

export interface HitItemProps {
  readonly hit: SearchHitJson;
  readonly scoreKind: ScoreKindName;
  readonly isSettled: boolean;
  readonly isFinal: boolean;
  readonly client: BrowserClient;
  readonly collection: string;
  readonly query: string;
  /** Narrows the search to documents with that value. */
  readonly onFilter: (field: string, value: FieldJson) => void;
}

/** Fields that are shown with a hit. */
const fieldsMax = 6;

export function HitItem(props: HitItemProps) {
  const { hit, scoreKind, isSettled, isFinal, client, collection, query, onFilter } = props;
  const [isExplained, setExplained] = useState(false);
  const { title = "", text = "", highlights = [], fields = {} } = hit.payload ?? {};
  const shown = Object.entries(fields).slice(0, fieldsMax);
  return (
    <li class="hit" data-key={hit.key} data-settled={isSettled || isFinal}>
      <article aria-labelledby={`hit-${hit.rank}`}>
        <header>
          <span class="rank" aria-hidden="true">
            {hit.rank}
          </span>
          <h3 id={`hit-${hit.rank}`} dir="auto" tabIndex={-1}>
            {title === "" ? hit.key : title}
          </h3>
          <span class="score" title={scoreTexts[scoreKind]}>
            {scoreNames[scoreKind]} {hit.score.toFixed(3)}
          </span>
        </header>
        <Snippet text={text} within={hit.span} highlights={highlights} />
        <footer>
          <code dir="auto">{hit.key}</code>
          {shown.map(([field, value]) => (
            <button
              type="button"
              class="field"
              key={field}
              title={`only documents with ${field} = ${String(value)}`}
              onClick={() => onFilter(field, value)}
            >
              {field}: {String(value)}
            </button>
          ))}
          <button
            type="button"
            class="why"
            aria-expanded={isExplained}
            onClick={() => setExplained(!isExplained)}
          >
            why this hit
          </button>
        </footer>
        {isExplained && (
          <Evidence client={client} hit={hit} collection={collection} query={query} />
        )}
      </article>
    </li>
  );
}
