// What the shown ranking is worth: its stage, certificate, coverage and time, and the time of each
// stage.

import type { SearchUpdateJson, Timing } from "../../browser/types.js";
import {
  certificateNames,
  certificateTexts,
  counted,
  degradationText,
  milliseconds,
  stageWords,
  timingNames,
} from "../words.js";
import type { SearchState } from "./search-state.js";

export function WorthPanel({ state }: { readonly state: SearchState }) {
  const { shown, arrivals, status, problem } = state;
  return (
    <section class="progress" aria-label="progress of the search">
      {problem !== undefined && (
        <p class="problem" role="alert">
          {status === "lost" ? `The connection is lost; trying again (${problem}).` : problem}
        </p>
      )}
      {shown !== undefined && (
        <>
          <p class="worth">
            <strong
              class={`certificate ${shown.certificate}`}
              title={certificateTexts[shown.certificate]}
            >
              {certificateNames[shown.certificate]}
            </strong>
            <span>{shown.final ? "final" : `after ${stageWords[shown.stage]} …`}</span>
            <span>{coverageText(shown)}</span>
            <span class="settled">{settledText(shown)}</span>
            <span>{milliseconds(shown.timings.total_us / 1000)} in the server</span>
            <span>{milliseconds(arrivals.at(-1)?.atMs ?? 0)} in the page</span>
          </p>
          {shown.degradations.map((degradation) => (
            <p class="degradation" key={degradation.reason}>
              {degradationText(degradation)}
            </p>
          ))}
          <Waterfall update={shown} />
          <ol class="arrivals" aria-label="updates">
            {arrivals.map(({ certificate, stage, atMs }, place) => (
              <li key={place} class={certificate}>
                {stageWords[stage]} {milliseconds(atMs)}
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function coverageText({ coverage }: SearchUpdateJson): string {
  const { eligible, sketch_scored: sketches, maxsim_scored: maxSim, reranked } = coverage;
  return [
    counted(eligible, "passage"),
    ...(sketches > 0 ? [`${sketches.toLocaleString("en")} by sketch`] : []),
    ...(maxSim > 0 ? [`${maxSim.toLocaleString("en")} by MaxSim`] : []),
    ...(reranked > 0 ? [`${reranked.toLocaleString("en")} re-ranked`] : []),
  ].join(", ");
}

function settledText({ final, hits, settled_count: settled }: SearchUpdateJson): string {
  return final || settled >= hits.length ? "all settled" : `${settled} of ${hits.length} settled`;
}

/** Stages run one after another, except that the query is encoded beside the words. */
function Waterfall({ update }: { readonly update: SearchUpdateJson }) {
  const { timings } = update;
  const total = Math.max(1, timings.total_us);
  let at = 0;
  const bars = (Object.keys(timingNames) as Timing[]).flatMap((timing) => {
    const us = timings[timing];
    if (us === undefined) return [];
    const start = timing === "lexical_us" ? (timings.queue_us ?? 0) : at;
    at = Math.max(at, start + us);
    return [{ timing, us, start }];
  });
  return (
    <dl class="waterfall">
      {bars.map(({ timing, us, start }) => (
        <div key={timing}>
          <dt>{timingNames[timing]}</dt>
          <dd>
            <span class="track">
              <span
                class="bar"
                style={{
                  marginInlineStart: `${Math.min(99, (100 * start) / total)}%`,
                  width: `${Math.max(0.5, Math.min(100 - (100 * start) / total, (100 * us) / total))}%`,
                }}
              />
            </span>
            <span class="time">{milliseconds(us / 1000)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
