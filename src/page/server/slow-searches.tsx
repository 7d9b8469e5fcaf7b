// Searches that took long, with their queries and the times of their stages.

import type { Timing } from "../../browser/types.js";
import { milliseconds, timingNames } from "../words.js";
import type { SlowSearchRow } from "./collections.js";
import { TableHead } from "./table-head.js";

export function SlowSearchTable({ rows }: { readonly rows: readonly SlowSearchRow[] }) {
  return (
    <table>
      <caption>slow searches</caption>
      <TableHead names={["time", "took", "outcome", "collection", "query", "stages"]} />
      <tbody>
        {rows.map((row, i) => (
          <tr key={i}>
            <td>{new Date(row.end_time_ms).toLocaleTimeString()}</td>
            <td>{milliseconds(row.duration_us / 1000)}</td>
            <td>{row.outcome}</td>
            <td>{row.collection}</td>
            <td dir="auto">{row.query_text === "" ? "–" : row.query_text}</td>
            <td>{stagesOf(row)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function stagesOf({ timings: times = {} }: SlowSearchRow): string {
  return (Object.keys(timingNames) as Timing[])
    .flatMap((name) => {
      const micros = times[name];
      return micros === undefined ? [] : [`${timingNames[name]} ${milliseconds(micros / 1000)}`];
    })
    .join(", ");
}
