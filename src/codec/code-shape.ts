// How the errors of a collection's codes are shaped, for the kernel that makes them.

import type { CodeBits, CodeShape } from "../kernels/kernels.js";
import { gridErrors, inverseStep } from "./grid.js";

/** `direction`: the centre's, rotated. Coordinates in which it is large are moved first. */
export function codeShape(direction: Float32Array, bits: CodeBits): CodeShape {
  const order = Array.from(direction, (_, j) => j);
  order.sort((a, b) => Math.abs(direction[b]!) - Math.abs(direction[a]!) || a - b);
  return {
    direction,
    order: Uint16Array.from(order),
    step: inverseStep(bits, direction.length),
    lengthLoss: gridErrors[bits],
  };
}
