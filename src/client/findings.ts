// What there is in the data folder of a server.

import { definitions } from "../wire/definitions.js";
import type { CallOptions, Channel } from "./channel.js";
import type { DataFinding__Output } from "../gen/proto/sluice/v1/DataFinding.js";
import { collectionFromMessage } from "./messages.js";
import type { ClientFinding, ClientSurvey } from "./types.js";

/** All pages of the collections, with what cannot be served. */
export async function surveyCollections(
  channel: Channel,
  options: CallOptions,
): Promise<ClientSurvey> {
  const { List } = definitions().collections;
  const call = { ...options, isIdempotent: true };
  const first = await channel.unary(List, {}, call);
  const collections = [...first.collections];
  for (let token = first.next_page_token; token !== "";) {
    const page = await channel.unary(List, { page_token: token }, call);
    collections.push(...page.collections);
    token = page.next_page_token;
  }
  return {
    collections: collections.map(collectionFromMessage),
    refused: first.refused.map(({ name, reason, message }) => ({ name, reason, message })),
    findings: first.findings.map(findingFromMessage),
  };
}

const kinds: Readonly<Record<DataFinding__Output["kind"], ClientFinding["kind"]>> = {
  KIND_UNSPECIFIED: "unknown",
  KIND_DAMAGED: "damaged",
  KIND_DUPLICATE: "duplicate",
  KIND_UNFINISHED: "unfinished",
  KIND_FOREIGN: "foreign",
  KIND_LINK: "link",
};

export function findingFromMessage({ place, kind, message }: DataFinding__Output): ClientFinding {
  // A newer server may know kinds that this client does not.
  return { place, kind: kinds[kind] ?? "unknown", message };
}
