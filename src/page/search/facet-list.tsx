// Counts of the values of fields; each narrows the search.

import type { FacetJson, FieldJson } from "../../browser/types.js";

export function FacetList({
  facets,
  onFilter,
}: {
  readonly facets: readonly FacetJson[];
  readonly onFilter: (field: string, value: FieldJson) => void;
}) {
  const shown = facets.filter(({ values }) => values.length > 0);
  if (shown.length === 0) return null;
  return (
    <aside class="facets" aria-label="values of fields">
      {shown.map(({ field, values }) => (
        <section key={field}>
          <h2>{field}</h2>
          <ul>
            {values.map(({ value, kind, count }) => (
              <li key={value}>
                <button type="button" onClick={() => onFilter(field, typed(kind, value))}>
                  {value} <span class="count">{count.toLocaleString("en")}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </aside>
  );
}

function typed(kind: FacetJson["values"][number]["kind"], value: string): FieldJson {
  if (kind === "boolean") return value === "true";
  return kind === "integer" || kind === "float" ? Number(value) : value;
}
