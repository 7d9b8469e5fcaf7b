// The product of float rows and a weight matrix, with one order of summation for every input.

/** Weights in blocks of four outputs: for each block, the four weights of each input. */
export interface PackedWeights {
  readonly inputs: number;
  readonly outputs: number;
  /** `ceil(outputs / 4) x inputs x 4`; missing outputs are 0. */
  readonly values: Float32Array;
}

/** Outputs of a block. */
const blockSize = 4;

/** `weights`: `outputs x inputs`, row-major, as PyTorch stores a linear layer. */
export function packWeights(
  weights: Float32Array,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
): PackedWeights {
  const values = new Float32Array(Math.ceil(outputs / blockSize) * blockSize * inputs);
  for (let output = 0; output < outputs; output += 1) {
    const within = output % blockSize;
    const start = (output - within) * inputs + within;
    for (let input = 0; input < inputs; input += 1)
      values[start + input * blockSize] = weights[output * inputs + input] ?? 0;
  }
  return { inputs, outputs, values };
}

/**
 * `rows` (`n x inputs`) times the transposed weights: `n x outputs`. Each value is the sum over the
 * inputs in rising order in float64, rounded once to float32, so it depends on its own row and
 * weights only. About 1 ns for each product.
 */
export function multiplyRows(rows: Float32Array, weights: PackedWeights): Float32Array {
  const { inputs, outputs } = weights;
  const rowCount = rows.length / inputs;
  const products = new Float32Array(rowCount * outputs);
  for (let row = 0; row < rowCount; row += 2) {
    // Of an odd number of rows, the last one is multiplied twice.
    const pair = [row, Math.min(row + 1, rowCount - 1)] as const;
    for (let output = 0; output < outputs; output += blockSize)
      multiplyBlock(rows, weights, { pair, output, products });
  }
  return products;
}

/**
 * Two rows by one block of outputs. The eight sums are local variables, which stay in registers;
 * each weight that is loaded is used twice.
 */
function multiplyBlock(
  rows: Float32Array,
  { inputs, outputs, values }: PackedWeights,
  at: {
    readonly pair: readonly [number, number];
    readonly output: number;
    readonly products: Float32Array;
  },
): void {
  const [row, other] = at.pair;
  let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
  let weight = at.output * inputs;
  for (let input = 0; input < inputs; input += 1, weight += blockSize) {
    const a = rows[row * inputs + input] ?? 0;
    const b = rows[other * inputs + input] ?? 0;
    const w0 = values[weight] ?? 0;
    const w1 = values[weight + 1] ?? 0;
    const w2 = values[weight + 2] ?? 0;
    const w3 = values[weight + 3] ?? 0;
    a0 += a * w0;
    a1 += a * w1;
    a2 += a * w2;
    a3 += a * w3;
    b0 += b * w0;
    b1 += b * w1;
    b2 += b * w2;
    b3 += b * w3;
  }
  const count = Math.min(blockSize, outputs - at.output);
  at.products.set([a0, a1, a2, a3].slice(0, count), row * outputs + at.output);
  at.products.set([b0, b1, b2, b3].slice(0, count), other * outputs + at.output);
}
