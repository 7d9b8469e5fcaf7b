// When an update is worth sending.

/** What a reader sees change, as text: an update without a change of it is not sent. */
export function rankingPrint(hits: readonly { readonly key: string }[]): string {
  return hits.map(({ key }) => key).join("\n");
}
