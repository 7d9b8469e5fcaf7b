// Search as you type in the client: one stream; a new query replaces the previous one.

import type { ClientDuplexStream } from "@grpc/grpc-js";
import { present } from "../core/assert.js";
import type { SearchRequest } from "../contract/search-request.js";
import type { SearchUpdate } from "../contract/search-update.js";
import type { SearchSessionRequest } from "../gen/proto/sluice/v1/SearchSessionRequest.js";
import type { SearchSessionResponse__Output } from "../gen/proto/sluice/v1/SearchSessionResponse.js";
import type { CallOptions, Channel } from "./channel.js";
import { toClientError } from "./client-error.js";
import { definitions } from "../wire/definitions.js";
import { searchRequestFields } from "../contract/search-request.js";
import { toMessage } from "../wire/field-messages.js";
import { updateFromMessage } from "./messages.js";
import { checkedSession, contractOf } from "./stream-contract.js";
import type { ContractOptions } from "./stream-contract.js";

/** An update, and the query that it answers. */
export interface SessionUpdate {
  /** Number that `search` returned for this query; never decreases. */
  readonly queryNumber: number;
  readonly update: SearchUpdate;
}

/** A search as you type: each query supersedes the one before. */
export interface SearchSession {
  /**
   * Replaces the previous query. The first one sets collection and text; later ones set only
   * changes. Returns the query number that its updates have.
   */
  search(request: Partial<SearchRequest>): number;
  /**
   * Updates of the newest query in the order of arrival. Start to read at once, since grpc-js
   * buffers updates without a limit until the first read. Ends after `end` and the last final
   * update; throws SluiceClientError.
   */
  readonly updates: AsyncGenerator<SessionUpdate, void, void>;
  /** Declares that no query follows; the last one runs to its final update. */
  end(): void;
  /** Ends the running query; the session goes on. */
  cancel(): void;
}

export function openSession(
  channel: Channel,
  options: CallOptions,
  { checksContract }: { readonly checksContract: boolean },
): SearchSession {
  const call: ClientDuplexStream<SearchSessionRequest, SearchSessionResponse__Output> =
    channel.duplexStream(definitions().search.SearchSession, options);
  // A cancellation by the client is reported as an error, possibly after iteration has ended.
  call.on("error", () => undefined);
  let queryNumber = 0;
  // A later request changes the previous one; absent fields keep their values.
  const asked: Partial<SearchRequest>[] = [{}];
  const contractOfQuery = (number: number): ContractOptions => contractOf(asked[number] ?? {});
  const updates = readUpdates(call);
  return {
    search: (request) => {
      queryNumber += 1;
      if (checksContract) asked.push({ ...asked.at(-1), ...request });
      const search = toMessage<SearchRequest>(searchRequestFields, { collection: "", ...request });
      call.write({ query_number: queryNumber, search });
      return queryNumber;
    },
    updates: checksContract ? checkedSession(updates, contractOfQuery) : updates,
    end: () => {
      call.end();
    },
    cancel: () => call.cancel(),
  };
}

async function* readUpdates(
  call: ClientDuplexStream<SearchSessionRequest, SearchSessionResponse__Output>,
): AsyncGenerator<SessionUpdate, void, void> {
  try {
    for await (const response of call as AsyncIterable<SearchSessionResponse__Output>) {
      const update = present(response.update, "every response has an update");
      yield { queryNumber: response.query_number, update: updateFromMessage(update) };
    }
  } catch (error) {
    throw toClientError(error);
  } finally {
    call.cancel();
  }
}
