// What the server has and does, as the page needs it.

import type { BrowserClient } from "../../browser/client.js";
import type { Timing } from "../../browser/types.js";

export interface CollectionRow {
  readonly settings: { readonly name: string; readonly model?: string; readonly bits: number };
  readonly document_count: number;
  readonly passage_count: number;
  readonly segment_count: number;
  readonly disk_bytes: number;
  readonly kernel: string;
}

export interface OperationRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly collection: string;
  readonly progress: { readonly step: string; readonly done: number; readonly total: number };
  readonly error?: { readonly reason: string; readonly message: string };
}

export interface SlowSearchRow {
  readonly collection: string;
  readonly query_text: string;
  readonly end_time_ms: number;
  readonly duration_us: number;
  readonly outcome: string;
  readonly timings?: Readonly<Partial<Record<Timing, number>>>;
}

/** All pages. */
export async function collectionRows(client: BrowserClient): Promise<readonly CollectionRow[]> {
  const rows: CollectionRow[] = [];
  for (let token = ""; ;) {
    const page = (await client.json("GET", `/v1/collections?page_token=${token}`)) as {
      readonly collections?: readonly CollectionRow[];
      readonly next_page_token?: string;
    };
    rows.push(...(page.collections ?? []));
    token = encodeURIComponent(page.next_page_token ?? "");
    if (token === "") return rows;
  }
}

export async function collectionNames(client: BrowserClient): Promise<readonly string[]> {
  return (await collectionRows(client)).map(({ settings }) => settings.name);
}

export async function operationRows(client: BrowserClient): Promise<readonly OperationRow[]> {
  const page = (await client.json("GET", "/v1/operations")) as {
    readonly operations?: readonly OperationRow[];
  };
  return page.operations ?? [];
}

export async function slowSearchRows(client: BrowserClient): Promise<readonly SlowSearchRow[]> {
  const page = (await client.json("GET", "/v1/slow-searches")) as {
    readonly searches?: readonly SlowSearchRow[];
  };
  return page.searches ?? [];
}
