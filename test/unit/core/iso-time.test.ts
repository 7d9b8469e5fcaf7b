import assert from "node:assert/strict";
import fc from "fast-check";

import { parseIsoTime, parseZone } from "../../../src/core/iso-time.js";

const noon = Date.UTC(2024, 0, 31, 12);

describe("parseIsoTime", () => {
  const times: readonly [text: string, ms: number][] = [
    ["2024-01-31", Date.UTC(2024, 0, 31)],
    ["2024-01-31T12:00Z", noon],
    ["2024-01-31T12:00:00Z", noon],
    ["2024-01-31t12:00:00z", noon],
    ["2024-01-31 12:00:00Z", noon],
    ["2024-01-31T12:00:00.1Z", noon + 100],
    ["2024-01-31T12:00:00.123456Z", noon + 123],
    ["2024-01-31T12:00:00.123999999+00:00", noon + 123],
    ["2024-01-31T13:30:00+01:30", noon],
    ["2024-01-30T23:00:00.5-13:00", noon + 500],
    ["1969-12-31T23:59:59.9996Z", -1],
    ["2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
    ["+275760-09-13T00:00:00.000Z", 8.64e15],
    ["0001-01-01T00:00:00Z", Date.parse("0001-01-01T00:00:00Z")],
  ];
  for (const [text, ms] of times)
    it(`reads ${text}`, () => {
      assert.equal(parseIsoTime(text), ms);
    });

  it("reads every time that toISOString writes, with any zone and more digits", () => {
    const anyMs = fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 0, 1) });
    fc.assert(
      fc.property(anyMs, fc.integer({ min: -23 * 60, max: 23 * 60 }), (ms, zone) => {
        const local = new Date(ms + 60_000 * zone).toISOString().slice(0, -1);
        const [hours, minutes] = [Math.trunc(Math.abs(zone) / 60), Math.abs(zone) % 60];
        const sign = zone < 0 ? "-" : "+";
        const offset = [hours, minutes].map((part) => String(part).padStart(2, "0")).join(":");
        assert.equal(parseIsoTime(`${local}000${sign}${offset}`), ms);
        assert.equal(parseIsoTime(local, { zoneMinutes: zone }), ms);
      }),
    );
  });

  it("takes a time without a zone only with the option", () => {
    const text = "2024-01-31T12:00:00.5";
    assert.equal(parseIsoTime(text), undefined);
    assert.equal(parseIsoTime(text, { zoneMinutes: 0 }), noon + 500);
    assert.equal(parseIsoTime(text, { zoneMinutes: 90 }), noon + 500 - 90 * 60_000);
    assert.equal(parseIsoTime(`${text}Z`, { zoneMinutes: 90 }), noon + 500);
  });

  for (const text of [
    ...["2024-02-30", "2024-13-01", "2024-01-31T24:00:00Z", "2024-01-31T12:60:00Z"],
    ...["2024-01-31T12:00:61Z", "2024-01-31T12:00:00.Z", "2024-01-31T12:00:00+24:00"],
    ...["2024-01-31T12:00:00+01:60", "2024-1-31", "2024-01-31T12Z", "31.01.2024", "", "now"],
  ])
    it(`refuses ${text}`, () => {
      assert.equal(parseIsoTime(text), undefined);
    });
});

describe("parseZone", () => {
  it("reads an offset and refuses anything else", () => {
    assert.deepEqual(["Z", "+01:30", "-08:00"].map(parseZone), [0, 90, -480]);
    assert.deepEqual(["UTC", "+1", "+25:00", ""].map(parseZone), Array(4).fill(undefined));
  });
});
