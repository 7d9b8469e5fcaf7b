// Calls that every form of the kernels must refuse with a RangeError.

import type { CodeBits, Kernels } from "../../../src/kernels/kernels.js";

/** Calls that would read or write outside an array, by name. */
export function badCalls(kernels: Kernels): [string, () => void][] {
  const dim = 16;
  const query = { rowCount: 1, dim, rows: new Int8Array(16), rowScales: new Float32Array(1) };
  const codes = { bytes: new Uint8Array(8), dim, bits: 2 as CodeBits };
  const batch = (changed: {
    query?: object;
    codes?: object;
    offsets?: number[];
    passages?: number[];
    scores?: number;
  }): void => {
    kernels.maxSimBatch(
      { ...query, ...changed.query },
      { ...codes, ...changed.codes },
      Uint32Array.from(changed.offsets ?? [0, 2]),
      Uint32Array.from(changed.passages ?? [0]),
      new Float32Array(changed.scores ?? 1),
    );
  };
  const scanOf = (rowCount: number, topN: number, eligible: number, out: number): void => {
    const row = new Int8Array(dim);
    const rows = new Uint32Array(out);
    kernels.sketchScan(
      row,
      codes,
      rowCount,
      new Uint8Array(eligible),
      topN,
      rows,
      new Int32Array(out),
    );
  };
  const float = (query_: number, rows: number, offsets: number[]): void => {
    const scores = new Float32Array(1);
    const passages = Uint32Array.of(0);
    const made = [new Float32Array(query_), new Float32Array(rows)] as const;
    kernels.maxSimFloat(...made, dim, Uint32Array.from(offsets), passages, scores);
  };
  return [
    [
      "a row past the codes",
      () => {
        batch({ offsets: [0, 3] });
      },
    ],
    [
      "offsets that fall",
      () => {
        batch({ offsets: [2, 1] });
      },
    ],
    [
      "a passage past the offsets",
      () => {
        batch({ passages: [1] });
      },
    ],
    [
      "the largest passage number",
      () => {
        batch({ passages: [0xffffffff] });
      },
    ],
    [
      "no offsets",
      () => {
        batch({ offsets: [] });
      },
    ],
    [
      "short scores",
      () => {
        batch({ scores: 0 });
      },
    ],
    [
      "a short query",
      () => {
        batch({ query: { rows: new Int8Array(15) } });
      },
    ],
    [
      "short scales",
      () => {
        batch({ query: { rowScales: new Float32Array(0) } });
      },
    ],
    [
      "no query rows",
      () => {
        batch({ query: { rowCount: 0 } });
      },
    ],
    [
      "513 query rows",
      () => {
        batch({ query: { rowCount: 513 } });
      },
    ],
    [
      "a dim of 24",
      () => {
        batch({ query: { dim: 24 }, codes: { dim: 24 } });
      },
    ],
    [
      "a dim of 0",
      () => {
        batch({ query: { dim: 0 }, codes: { dim: 0 } });
      },
    ],
    [
      "dims that differ",
      () => {
        batch({ query: { dim: 32 } });
      },
    ],
    [
      "3 bits",
      () => {
        batch({ codes: { bits: 3 } });
      },
    ],
    [
      "scan past the codes",
      () => {
        scanOf(3, 1, 1, 1);
      },
    ],
    [
      "scan of a negative row count",
      () => {
        scanOf(-1, 1, 1, 1);
      },
    ],
    [
      "scan with a short bitmap",
      () => {
        scanOf(2, 1, 0, 1);
      },
    ],
    [
      "scan with short outputs",
      () => {
        scanOf(2, 2, 1, 1);
      },
    ],
    [
      "float rows that are not whole",
      () => {
        float(16, 17, [0, 1]);
      },
    ],
    [
      "no float query",
      () => {
        float(0, 16, [0, 1]);
      },
    ],
    [
      "float rows past the end",
      () => {
        float(16, 16, [0, 2]);
      },
    ],
    [
      "rotation into too little room",
      () => {
        kernels.rotate(new Float32Array(32), new Float32Array(16), 16, new Float32Array(16));
      },
    ],
    [
      "factors that are not whole rounds",
      () => {
        kernels.rotate(new Float32Array(16), new Float32Array(15), 16, new Float32Array(16));
      },
    ],
    [
      "codes into too little room",
      () => {
        const out = { bytes: new Uint8Array(3), dim: 16, bits: 2 as CodeBits };
        kernels.rotateQuantize(new Float32Array(16), new Float32Array(16), 1, out);
      },
    ],
  ];
}
