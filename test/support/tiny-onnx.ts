// Writes small ONNX graphs, so that tests can produce known vectors, NaN or wrong shapes.

export interface TinyGraph {
  /** Last dimension of the output: `[id, attention, extra...]` or one logit. */
  readonly output: "rows" | "logit" | "overlap" | "table";
  readonly outputName: string;
  readonly dim: number;
  /** Added to the third value of every vector. */
  readonly extra: number;
}

/**
 * rows: vector t is (id of t, attention of t, extra, 0 ...). logit: the largest type id, as a
 * float. table: each vector is a unit vector of a table that covers only ids below `extra`.
 * overlap: one logit, `extra` times the number of pairs of a query token and an equal text token.
 * Inputs are input_ids, attention_mask and token_type_ids, int64 [1, tokens].
 */
export function tinyOnnx(graph: TinyGraph): Buffer {
  const nodes = graphNodes[graph.output](graph);
  const isRows = graph.output === "rows" || graph.output === "table";
  const shape = isRows ? [1, "tokens", graph.dim] : [1, 1];
  const body = concat([
    ...nodes.map((node) => bytesField(1, node)),
    textField(2, "tiny"),
    ...initializers(graph).map((tensor) => bytesField(5, tensor)),
    ...["input_ids", "attention_mask", "token_type_ids"].map((name) => {
      return bytesField(11, valueInfo(name, int64Type, [1, "tokens"]));
    }),
    bytesField(12, valueInfo(graph.outputName, floatType, shape)),
  ]);
  const opset = concat([textField(1, ""), numberField(2, 13)]);
  return concat([numberField(1, 8), bytesField(7, body), bytesField(8, opset)]);
}

const floatType = 1;
const int64Type = 7;

const graphNodes = {
  rows: rowNodes,
  logit: logitNodes,
  overlap: overlapNodes,
  table: tableNodes,
} as const;

function rowNodes({ outputName }: TinyGraph): Buffer[] {
  return [
    node("Cast", ["input_ids"], "ids", { to: floatType }),
    node("Cast", ["attention_mask"], "attention", { to: floatType }),
    node("Unsqueeze", ["ids", "last_axis"], "id_column"),
    node("Unsqueeze", ["attention", "last_axis"], "attention_column"),
    node("Mul", ["id_column", "first_unit"], "id_rows"),
    node("Mul", ["attention_column", "second_unit"], "attention_rows"),
    node("Add", ["id_rows", "attention_rows"], "both"),
    node("Add", ["both", "extra"], outputName),
  ];
}

function tableNodes({ outputName }: TinyGraph): Buffer[] {
  return [node("Gather", ["table", "input_ids"], outputName)];
}

function logitNodes({ outputName }: TinyGraph): Buffer[] {
  return [
    node("Cast", ["token_type_ids"], "types", { to: floatType }),
    node("TopK", ["types", "one"], "largest"),
    node("Identity", ["largest"], outputName),
  ];
}

function overlapNodes({ outputName }: TinyGraph): Buffer[] {
  return [
    node("Unsqueeze", ["input_ids", "last_axis"], "id_column"),
    node("Unsqueeze", ["input_ids", "one"], "id_line"),
    node("Equal", ["id_column", "id_line"], "is_same"),
    node("Cast", ["is_same"], "same", { to: floatType }),
    node("Cast", ["token_type_ids"], "of_text", { to: floatType }),
    node("Sub", ["unit", "of_text"], "of_query"),
    node("Unsqueeze", ["of_query", "last_axis"], "query_column"),
    node("Unsqueeze", ["of_text", "one"], "text_line"),
    node("Mul", ["same", "query_column"], "of_queries"),
    node("Mul", ["of_queries", "text_line"], "pairs"),
    node("ReduceSum", ["pairs", "both_axes"], "count", { keepdims: 0 }),
    node("Unsqueeze", ["count", "one"], "count_column"),
    node("Mul", ["count_column", "extra"], outputName),
  ];
}

function initializers({ output, dim, extra }: TinyGraph): Buffer[] {
  if (output === "logit") return [int64Tensor("one", [1n])];
  if (output === "table") {
    const values = new Float32Array(extra * dim);
    for (let id = 0; id < extra; id += 1) values[id * dim + (id % dim)] = 1;
    const raw = Buffer.from(values.buffer);
    return [
      concat([
        ...[numberField(1, extra), numberField(1, dim), numberField(2, floatType)],
        ...[textField(8, "table"), bytesField(9, raw)],
      ]),
    ];
  }
  if (output === "overlap")
    return [
      ...[int64Tensor("one", [1n]), int64Tensor("last_axis", [2n])],
      ...[int64Tensor("both_axes", [1n, 2n]), floatTensor("unit", Float32Array.of(1))],
      floatTensor("extra", Float32Array.of(extra)),
    ];
  const unit = (at: number, value: number): Float32Array => {
    const values = new Float32Array(dim);
    values[at] = value;
    return values;
  };
  return [
    int64Tensor("last_axis", [2n]),
    floatTensor("first_unit", unit(0, 1)),
    floatTensor("second_unit", unit(1, 1)),
    floatTensor("extra", unit(2, extra)),
  ];
}

function node(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number>> = {},
): Buffer {
  return concat([
    ...inputs.map((name) => textField(1, name)),
    textField(2, output),
    // TopK has a second output, the indices.
    ...(type === "TopK" ? [textField(2, "indices")] : []),
    textField(4, type),
    ...Object.entries(attributes).map(([name, value]) => {
      return bytesField(5, concat([textField(1, name), numberField(3, value), numberField(20, 2)]));
    }),
  ]);
}

function int64Tensor(name: string, values: readonly bigint[]): Buffer {
  const raw = Buffer.from(BigInt64Array.from(values).buffer);
  return tensor(name, int64Type, values.length, raw);
}

function floatTensor(name: string, values: Float32Array): Buffer {
  return tensor(name, floatType, values.length, Buffer.from(values.buffer));
}

function tensor(name: string, type: number, count: number, raw: Buffer): Buffer {
  return concat([
    numberField(1, count),
    numberField(2, type),
    textField(8, name),
    bytesField(9, raw),
  ]);
}

function valueInfo(name: string, type: number, shape: readonly (number | string)[]): Buffer {
  const dims = shape.map((size) => {
    return bytesField(1, typeof size === "number" ? numberField(1, size) : textField(2, size));
  });
  const tensorType = concat([numberField(1, type), bytesField(2, concat(dims))]);
  return concat([textField(1, name), bytesField(2, bytesField(1, tensorType))]);
}

function numberField(field: number, value: number): Buffer {
  return concat([varint(field << 3), varint(value)]);
}

function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text, "utf8"));
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

function concat(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}
