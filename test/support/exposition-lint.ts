// The rules of Prometheus for names, types and help texts of metrics, as `promtool check metrics` has
// them (client_golang, prometheus/testutil/promlint/validations).

interface Family {
  readonly name: string;
  type: string;
  help: string;
  readonly labels: Set<string>;
}

const typeWords = ["gauge", "counter", "summary", "histogram"];
/** Units that are not base units, by what stands for them. */
const units: Readonly<Record<string, string>> = {
  milliseconds: "seconds",
  microseconds: "seconds",
  nanoseconds: "seconds",
  minutes: "seconds",
  hours: "seconds",
  days: "seconds",
  bits: "bytes",
  kilobytes: "bytes",
  megabytes: "bytes",
  gigabytes: "bytes",
  kibibytes: "bytes",
  mebibytes: "bytes",
  percent: "ratio",
};
const abbreviations = [
  "s",
  "ms",
  "us",
  "ns",
  "sec",
  "b",
  "kb",
  "mb",
  "gb",
  "tb",
  "pb",
  "m",
  "h",
  "d",
];

/** One line for each fault; empty: there are none. */
export function lintExposition(text: string): string[] {
  return familiesOf(text).flatMap(({ name, type, help, labels }) => {
    const faults: string[] = [];
    const words = name.split("_");
    const note = (isFaulty: boolean, fault: string): void => {
      if (isFaulty) faults.push(`${name}: ${fault}`);
    };
    note(help === "", "has no help text");
    note(type === "", "has no type");
    note(!/^[a-z][a-z0-9_]*$/.test(name), "is not in lower case with underscores");
    note(type === "counter" && !name.endsWith("_total"), "is a counter without _total");
    note(type !== "counter" && name.endsWith("_total"), "ends with _total and is no counter");
    note(/_(count|sum|bucket)$/.test(name), "ends as a series of a histogram");
    note(type !== "summary" && labels.has("quantile"), "has the label of summaries");
    note(type !== "histogram" && labels.has("le"), "has the label of histograms");
    note(
      words.some((word) => typeWords.includes(word)),
      "names its type",
    );
    for (const word of words) {
      note(units[word] !== undefined, `uses ${word}, not the base unit ${units[word]}`);
      note(abbreviations.includes(word), `abbreviates a unit: ${word}`);
    }
    return faults;
  });
}

/** Names of all metrics, of those without samples too. */
export function metricNames(text: string): Set<string> {
  return new Set(familiesOf(text).map(({ name }) => name));
}

function familiesOf(text: string): Family[] {
  const families = new Map<string, Family>();
  const familyOf = (name: string): Family => {
    const family = families.get(name) ?? { name, type: "", help: "", labels: new Set<string>() };
    families.set(name, family);
    return family;
  };
  for (const line of text.split("\n")) {
    const [, kind, described = "", rest = ""] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (kind === "HELP") familyOf(described).help = rest;
    if (kind === "TYPE") familyOf(described).type = rest;
    const [, series = "", labels = ""] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (series === "") continue;
    const own = series.replace(/_(bucket|sum|count)$/, "");
    const name = families.get(own)?.type === "histogram" ? own : series;
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) familyOf(name).labels.add(label);
    familyOf(name);
  }
  return [...families.values()];
}
