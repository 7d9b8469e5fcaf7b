// Creates keys in a data folder, as `sluice key create` does.

import { createKey } from "../../src/access/manage-keys.js";
import type { NewKey, ShownKey } from "../../src/access/manage-keys.js";

const usual: NewKey = {
  name: "test",
  scopes: [],
  filter: "",
  lifetimeMs: undefined,
  rate: undefined,
  concurrency: undefined,
};

export function makeTestKey(
  folder: string,
  parts: Partial<NewKey>,
): Promise<{ readonly key: ShownKey; readonly text: string }> {
  return createKey(folder, { ...usual, ...parts }, Date.now());
}
