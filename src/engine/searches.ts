// Searches, explanations and measurements of recall, each in its turn.

import { endlessRoom } from "../core/unread-answers.js";
import { searchWithCache } from "../search/answer-cache.js";
import { measureDepths } from "../search/measure-recall.js";
import { requestDefaults } from "../contract/search-request.js";
import type { SearchRequest } from "../contract/search-request.js";
import { updateInUnit } from "../search/span-units.js";
import type { UpdateReader } from "../search/search-run.js";
import type { UnnumberedUpdate } from "../search/to-update.js";
import { streamUpdates } from "../search/update-stream.js";
import type { EngineApi, SearchCall } from "./api.js";
import { calibrateRecall, measuringGently } from "./calibrate.js";
import type { CalibrationParts } from "./calibrate.js";
import { explainPassage } from "./explain.js";
import { withLikeVectors } from "./like-document.js";
import { createSampler } from "./sample-queries.js";
import type { SearchParts } from "./search-parts.js";
import { createTurns } from "./search-turn.js";
import type { SearchTurn } from "./search-turn.js";

export function createSearches(
  parts: SearchParts,
): Pick<EngineApi, "search" | "explain" | "calibrate"> {
  const takeTurn = createTurns(parts);
  const { encodePool, models } = parts;
  return {
    search: (request, call) =>
      streamUpdates<UnnumberedUpdate>(call.signal, async (handover, signal) => {
        const asked = await withLikeVectors(request, { ...parts, signal });
        return takeTurn(asked, { ...call, signal }, (turn) =>
          searchWithCache(parts.caches.answers, turn, readerOf(turn, { request, call, handover })),
        );
      }),
    explain: (request, call) => {
      const payload = { mode: "every_update", title: false, text: false, fields: false } as const;
      const asked = { ...request, payload };
      return takeTurn(asked, call, ({ opened: { collection }, plan, deps }) => {
        const hasModel = models.of(collection.settings) !== undefined;
        return explainPassage({ deps, plan, request }, { collection, encodePool, hasModel });
      });
    },
    calibrate: (name, options) => {
      const measure: CalibrationParts["measure"] = (asked, signal) =>
        takeTurn(asked, { signal }, ({ plan, deps }) =>
          measureDepths(...measuringGently(deps, plan)),
        );
      return calibrateRecall({ ...parts, measure, drawSample: sampler(parts) }, name, options);
    },
  };
}

function readerOf(
  turn: SearchTurn,
  of: {
    readonly request: SearchRequest;
    readonly call: SearchCall;
    readonly handover: UpdateReader["handover"];
  },
): UpdateReader {
  const { reader = endlessRoom } = of.call;
  const { payload, spanUnit = requestDefaults.spanUnit } = of.request;
  const isOnce = payload?.mode === "on_first_appearance";
  return {
    handover: of.handover,
    sentKeys: isOnce ? new Set() : undefined,
    inUnit: (update) => updateInUnit(update, spanUnit, turn.deps.generation),
    hasRoom: () => reader.hasRoom(),
    async untilRoom() {
      if (reader.hasRoom()) return;
      // Others run while this one waits for its reader.
      turn.leave();
      await reader.whenRoom(turn.deps.signal);
    },
  };
}

function sampler({ models, kernels, scorer }: SearchParts): CalibrationParts["drawSample"] {
  return ({ collection }) => {
    const hasModel = models.of(collection.settings) !== undefined;
    return createSampler({ collection, hasModel }, { kernels, scorer });
  };
}
