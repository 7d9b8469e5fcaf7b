// Opens the WASM kernels (native/wasm/kernels.wasm): SIMD128, for machines without the addon.

import type { Kernels } from "./kernels.js";

export function openWasmKernels(): Kernels {
  throw new Error("native/wasm/kernels.wasm is not built");
}
