import assert from "node:assert/strict";

import fc from "fast-check";

import { lineChartSvg } from "../../../src/eval/line-chart.js";

const chart = {
  title: "Recall & cost",
  xLabel: "ms",
  yLabel: "recall",
  xScale: "log" as const,
  series: [
    {
      name: "a < b",
      points: [
        [1, 0.5],
        [4, 0.9],
        [16, 1],
      ] as const,
    },
  ],
};

function placesOf(svg: string): [number, number][] {
  return [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
}

describe("lineChartSvg", () => {
  it("draws a point a value: further right for more, higher for better, even steps on a log axis", () => {
    const svg = lineChartSvg(chart);
    const [a, b, c] = placesOf(svg);
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    assert.ok(Math.abs(b[0] - a[0] - (c[0] - b[0])) < 0.3);
    assert.ok(a[1] > b[1] && b[1] > c[1]);
    assert.equal(lineChartSvg(chart), svg);
  });

  it("escapes what it writes", () => {
    const svg = lineChartSvg(chart);
    assert.ok(svg.includes("Recall &amp; cost") && svg.includes("a &lt; b"));
  });

  it("stays on its page whatever the values", () => {
    const value = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value)),
        fc.constantFrom("log", "linear"),
        (points, xScale) => {
          const svg = lineChartSvg({ ...chart, xScale, series: [{ name: "s", points }] });
          assert.ok(!/NaN|Infinity/.test(svg), svg);
          for (const [x, y] of placesOf(svg)) assert.ok(x >= 69 && x <= 701 && y >= 39 && y <= 361);
        },
      ),
      { numRuns: 200 },
    );
  });
});
