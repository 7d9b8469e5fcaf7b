// Calls that every form of the kernels must refuse with a RangeError.

import type { CodeBits, Kernels } from "../../../src/kernels/kernels.js";

type NamedCall = [name: string, call: () => void];

const dim = 16;
const codes = { bytes: new Uint8Array(8), dim, bits: 2 as CodeBits };

/** Calls that would read or write outside an array, by name. */
export function badCalls(kernels: Kernels): NamedCall[] {
  return [
    ...badBatches(kernels),
    ...badScans(kernels),
    ...badFloats(kernels),
    ...badRotations(kernels),
    ...badUnitRows(kernels),
    ...badShapes(kernels),
  ];
}

interface BatchChange {
  readonly query?: object;
  readonly codes?: object;
  readonly offsets?: readonly number[];
  readonly passages?: readonly number[];
  readonly scores?: number;
}

const batchChanges: Readonly<Record<string, BatchChange>> = {
  "a row past the codes": { offsets: [0, 3] },
  "offsets that fall": { offsets: [2, 1] },
  "a passage past the offsets": { passages: [1] },
  "the largest passage number": { passages: [0xffffffff] },
  "no offsets": { offsets: [] },
  "short scores": { scores: 0 },
  "a short query": { query: { rows: new Int8Array(15) } },
  "short scales": { query: { rowScales: new Float32Array(0) } },
  "no query rows": { query: { rowCount: 0 } },
  "513 query rows": { query: { rowCount: 513 } },
  "a dim of 24": { query: { dim: 24 }, codes: { dim: 24 } },
  "a dim of 0": { query: { dim: 0 }, codes: { dim: 0 } },
  "dims that differ": { query: { dim: 32 } },
  "3 bits": { codes: { bits: 3 } },
};

function badBatches(kernels: Kernels): NamedCall[] {
  const query = { rowCount: 1, dim, rows: new Int8Array(16), rowScales: new Float32Array(1) };
  return Object.entries(batchChanges).map(([name, change]) => [
    name,
    () => {
      kernels.maxSimBatch(
        { ...query, ...change.query },
        { ...codes, ...change.codes },
        Uint32Array.from(change.offsets ?? [0, 2]),
        Uint32Array.from(change.passages ?? [0]),
        new Float32Array(change.scores ?? 1),
      );
    },
  ]);
}

const scans = {
  "scan past the codes": { rowCount: 3, topN: 1, eligible: 1, out: 1 },
  "scan of a negative row count": { rowCount: -1, topN: 1, eligible: 1, out: 1 },
  "scan with a short bitmap": { rowCount: 2, topN: 1, eligible: 0, out: 1 },
  "scan with short outputs": { rowCount: 2, topN: 2, eligible: 1, out: 1 },
};

function badScans(kernels: Kernels): NamedCall[] {
  return Object.entries(scans).map(([name, { rowCount, topN, eligible, out }]) => [
    name,
    () => {
      const bits = new Uint8Array(eligible);
      const outputs = [new Uint32Array(out), new Int32Array(out)] as const;
      kernels.sketchScan(new Int8Array(dim), codes, rowCount, bits, topN, ...outputs);
    },
  ]);
}

const floats = {
  "float rows that are not whole": { query: 16, rows: 17, offsets: [0, 1] },
  "no float query": { query: 0, rows: 16, offsets: [0, 1] },
  "float rows past the end": { query: 16, rows: 16, offsets: [0, 2] },
};

function badFloats(kernels: Kernels): NamedCall[] {
  return Object.entries(floats).map(([name, { query, rows, offsets }]) => [
    name,
    () => {
      const matrices = [new Float32Array(query), new Float32Array(rows)] as const;
      const passages = Uint32Array.of(0);
      kernels.maxSimFloat(
        ...matrices,
        dim,
        Uint32Array.from(offsets),
        passages,
        new Float32Array(1),
      );
    },
  ]);
}

function badUnitRows(kernels: Kernels): NamedCall[] {
  const call = (rows: number, out: number, sums: number): (() => void) => {
    return () => {
      const outputs = [new Float32Array(out), new Float64Array(sums)] as const;
      kernels.unitRows(new Float32Array(rows), dim, 1e-3, ...outputs);
    };
  };
  return [
    ["unit rows that are not whole", call(17, 32, 16)],
    ["unit rows into too little room", call(32, 16, 16)],
    ["unit rows with short sums", call(32, 32, 15)],
  ];
}

function badShapes(kernels: Kernels): NamedCall[] {
  const call = (by: {
    rows?: number;
    direction?: number;
    order?: number[];
    bytes?: number;
  }): (() => void) => {
    const order = Uint16Array.from(by.order ?? Array.from({ length: dim }, (_, j) => j));
    const direction = new Float32Array(by.direction ?? dim);
    const out = { bytes: new Uint8Array(by.bytes ?? 4), dim, bits: 2 as CodeBits };
    return () => {
      const shape = { direction, order, step: 4, lengthLoss: 0.1 };
      kernels.shapeCodes(new Float32Array(by.rows ?? dim), shape, out);
    };
  };
  return [
    ["shaped rows that are not whole", call({ rows: 17 })],
    ["a short direction", call({ direction: 15 })],
    ["a short order", call({ order: [0, 1] })],
    ["an order that leaves the row", call({ order: Array.from({ length: dim }, () => 16) })],
    ["shaped codes into too little room", call({ bytes: 3 })],
  ];
}

function badRotations(kernels: Kernels): NamedCall[] {
  const rows = (count: number): Float32Array => new Float32Array(count);
  const smallOut = { bytes: new Uint8Array(3), dim, bits: 2 as CodeBits };
  return [
    ["rotation into too little room", () => kernels.rotate(rows(32), rows(16), dim, rows(16))],
    ["factors that are not whole rounds", () => kernels.rotate(rows(16), rows(15), dim, rows(16))],
    ["codes into too little room", () => kernels.rotateQuantize(rows(16), rows(16), 1, smallOut)],
  ];
}
