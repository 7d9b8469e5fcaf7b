// Dates and times in text filters.

/** Pattern source of a date, or of a time with its zone, in ISO 8601. */
export const isoTimeSource = String.raw`\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?`;

const pattern = new RegExp(`^${isoTimeSource}$`);

/**
 * Milliseconds since 1970; a date without a time is midnight UTC. Undefined when `text` is not a
 * date.
 */
export function parseIsoTime(text: string): number | undefined {
  if (!pattern.test(text)) return undefined;
  const day = text.slice(0, 10);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const value = Date.parse(text);
  // Date would silently turn 31 February into a day in March.
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
  return isDay && !Number.isNaN(value) ? value : undefined;
}
