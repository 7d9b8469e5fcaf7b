// Numbers and lines in readable form.

/** `12,345`. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** `0.41 ms`, `12.4 ms`, `3.2 s`. */
export function formatMs(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(0)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

/** `3.1 MiB`. */
export function formatSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ""}`;
}

/**
 * At most `lengthMax` characters; control characters become blanks, so that text cannot move the
 * cursor.
 */
export function cut(text: string, lengthMax: number): string {
  const plain = text.replaceAll(/\p{C}/gu, " ");
  const characters = Array.from(plain);
  if (characters.length <= lengthMax) return plain;
  return `${characters.slice(0, Math.max(0, lengthMax - 1)).join("")}…`;
}
