// Dates and times as people and programs write them.

/**
 * Pattern source of a date, or of a time with its zone, in RFC 3339: with any number of digits of
 * a second, `t` and `z` in either case, and also without seconds.
 */
export const isoTimeSource = String.raw`\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d))?`;

/** Years of six digits with a sign are those that toISOString writes. */
const pattern =
  /^((?:\d{4}|[+-]\d{6})-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[Zz]|([+-])(\d\d):(\d\d))?)?$/;

/** An offset from UTC as `+01:00`, or `Z`. */
const zonePattern = /^(?:[Zz]|([+-])(\d\d):(\d\d))$/;

export interface TimeOptions {
  /** Offset from UTC of times that name none, minutes. Absent: these are refused. */
  readonly zoneMinutes?: number | undefined;
}

/**
 * Milliseconds since 1970; what is finer is cut off. A date alone is midnight, UTC unless the
 * options name a zone. The second 60 of a leap second is the one after it. Undefined when `text` is
 * not a time.
 */
export function parseIsoTime(text: string, { zoneMinutes }: TimeOptions = {}): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, day = "", clock, second = "00", fraction = "", sign, hours = "", minutes = ""] = match;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Date would silently turn 31 February into a day in March.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return undefined;
  if (clock === undefined) return midnight - minuteMs * (zoneMinutes ?? 0);
  const minute = Date.parse(`${day}T${clock}:00Z`);
  const isTime = clock < "24" && !Number.isNaN(minute) && Number(second) <= 60;
  const hasZone = sign !== undefined || /[Zz]$/.test(text);
  const offset = sign === undefined ? 0 : offsetMinutes(sign, hours, minutes);
  const zone = hasZone ? offset : zoneMinutes;
  if (!isTime || zone === undefined) return undefined;
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  return minute + 1000 * Number(second) + ms - minuteMs * zone;
}

/** Minutes of an offset such as `+01:00` or `Z`; undefined when it is none. */
export function parseZone(text: string): number | undefined {
  const match = zonePattern.exec(text);
  if (match === null) return undefined;
  const [, sign, hours = "", minutes = ""] = match;
  return sign === undefined ? 0 : offsetMinutes(sign, hours, minutes);
}

const minuteMs = 60_000;

function offsetMinutes(sign: string, hours: string, minutes: string): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = 60 * Number(hours) + Number(minutes);
  return sign === "-" ? -offset : offset;
}
