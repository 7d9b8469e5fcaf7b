// How a caller is told of fields that this version does not know, which a newer client may send.

/** Header of HTTP and trailer of gRPC. */
export const warningHeader = "x-sluice-warning";

const namesMax = 8;

/** In visible ASCII, as headers are, since names may come from the caller. */
export function warningOfIgnored(names: Iterable<string>): string {
  const shown = [...names].slice(0, namesMax).map((name) => JSON.stringify(name.slice(0, 64)));
  const list = shown.join(", ").replaceAll(/[^\x20-\x7e]/g, "?");
  return `ignored, since this version does not know them: ${list}`;
}
