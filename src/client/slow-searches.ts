// The client's call that lists slow searches.

import { slowSearchesFields } from "../contract/slow-searches.js";
import type { SlowSearch, SlowSearchList } from "../contract/slow-searches.js";
import { definitions } from "../wire/definitions.js";
import { fromMessage } from "../wire/field-messages.js";
import type { CallOptions, Channel } from "./channel.js";

/** The newest first. */
export async function listSlowSearches(
  channel: Channel,
  options: CallOptions,
): Promise<readonly SlowSearch[]> {
  const call = { ...options, isIdempotent: true };
  const response = await channel.unary(definitions().search.ListSlowSearches, {}, call);
  return fromMessage<SlowSearchList>(slowSearchesFields, response).searches ?? [];
}
