// Findings in the data folder of a server, from messages.

import type { CollectionServiceListResponse__Output } from "../gen/proto/sluice/v1/CollectionServiceListResponse.js";
import type { DataFinding__Output } from "../gen/proto/sluice/v1/DataFinding.js";
import { collectionFromMessage } from "./messages.js";
import type { ClientFinding, ClientSurvey } from "./types.js";

export function surveyFromMessage(message: CollectionServiceListResponse__Output): ClientSurvey {
  return {
    collections: message.collections.map(collectionFromMessage),
    refused: message.refused.map(({ name, reason, message: text }) => {
      return { name, reason, message: text };
    }),
    findings: message.findings.map(findingFromMessage),
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
