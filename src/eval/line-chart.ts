// Draws line charts as SVG, for sweeps and benchmarks.

export interface ChartSeries {
  readonly name: string;
  /** In drawing order. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Scale of the x axis; a logarithmic one needs values above 0. Default: linear. */
  readonly xScale?: "linear" | "log";
  readonly series: readonly ChartSeries[];
}

const width = 720;
const height = 420;
const plot = { left: 70, right: 700, top: 40, bottom: 360 } as const;
/** Colors that are distinguishable with color vision deficiencies (Okabe and Ito 2008). */
const colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/** A complete SVG document, byte-identical for equal charts. Non-finite points are omitted. */
export function lineChartSvg(chart: LineChart): string {
  const series = chart.series.map(({ name, points }) => ({
    name,
    points: points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
  }));
  const all = series.flatMap(({ points }) => points);
  const x = axis(
    all.map(([value]) => value),
    { from: plot.left, to: plot.right, scale: chart.xScale ?? "linear" },
  );
  const y = axis(
    all.map(([, value]) => value),
    { from: plot.bottom, to: plot.top, scale: "linear" },
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(chart.title, { x: width / 2, y: 22, anchor: "middle", size: 15 }),
    ...x.ticks.flatMap((tick) => [
      line([tick.at, plot.top], [tick.at, plot.bottom], "#e5e5e5"),
      text(tick.label, { x: tick.at, y: plot.bottom + 18, anchor: "middle" }),
    ]),
    ...y.ticks.flatMap((tick) => [
      line([plot.left, tick.at], [plot.right, tick.at], "#e5e5e5"),
      text(tick.label, { x: plot.left - 8, y: tick.at + 4, anchor: "end" }),
    ]),
    line([plot.left, plot.bottom], [plot.right, plot.bottom], "#333333"),
    line([plot.left, plot.top], [plot.left, plot.bottom], "#333333"),
    text(chart.xLabel, { x: (plot.left + plot.right) / 2, y: plot.bottom + 38, anchor: "middle" }),
    text(chart.yLabel, { x: plot.left, y: plot.top - 8, anchor: "start" }),
    ...series.flatMap((one, i) => drawSeries(one, i, { x: x.place, y: y.place })),
    "</svg>",
    "",
  ].join("\n");
}

function drawSeries(
  { name, points }: ChartSeries,
  index: number,
  place: { x: (value: number) => number; y: (value: number) => number },
): string[] {
  const color = colors[index % colors.length] ?? "#000000";
  const places = points.map(([x, y]) => [round(place.x(x)), round(place.y(y))] as const);
  const path = places.map(([x, y]) => `${x},${y}`).join(" ");
  const legendX = plot.left + 10 + (index % 4) * 155;
  const legendY = height - 8 - Math.floor(index / 4) * 14;
  return [
    `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
    ...places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${color}"/>`),
    `<rect x="${legendX}" y="${legendY - 9}" width="10" height="10" fill="${color}"/>`,
    text(name, { x: legendX + 15, y: legendY, anchor: "start" }),
  ];
}

interface Axis {
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly place: (value: number) => number;
}

function axis(
  values: readonly number[],
  { from, to, scale }: { from: number; to: number; scale: "linear" | "log" },
): Axis {
  const toLine = scale === "log" ? Math.log10 : (value: number): number => value;
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (values.length === 0) [low, high] = [1, 2];
  // Closer than steps of doubles can distinguish.
  if (high - low <= 1e-9 * Math.abs(high)) {
    const room = Math.abs(low) / 2 || 1;
    [low, high] = scale === "log" ? [low / 2, high * 2] : [low - room, high + room];
  }
  const ticks = scale === "log" ? powersOfTwo(low, high) : roundSteps(low, high);
  const first = toLine(Math.min(low, ticks[0] ?? low));
  const last = toLine(Math.max(high, ticks.at(-1) ?? high));
  const place = (value: number): number =>
    from + ((toLine(value) - first) / (last - first)) * (to - from);
  return { place, ticks: ticks.map((tick) => ({ at: round(place(tick)), label: label(tick) })) };
}

/** Multiples of 1, 2 or 5 times a power of ten: about five over the range. */
function roundSteps(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const count = Math.ceil(high / step) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

function powersOfTwo(low: number, high: number): number[] {
  const first = Math.floor(Math.log2(low));
  const last = Math.ceil(Math.log2(high));
  const stride = Math.max(1, Math.ceil((last - first) / 10));
  const ticks: number[] = [];
  for (let power = first; power < last + stride; power += stride) ticks.push(2 ** power);
  return ticks;
}

function label(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function line(a: readonly [number, number], b: readonly [number, number], color: string): string {
  return `<line x1="${a[0]}" y1="${a[1]}" x2="${b[0]}" y2="${b[1]}" stroke="${color}"/>`;
}

function text(
  content: string,
  { x, y, anchor, size }: { x: number; y: number; anchor: string; size?: number },
): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const font = size === undefined ? "" : ` font-size="${size}"`;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${font}>${escaped}</text>`;
}
