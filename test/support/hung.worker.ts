// A scoring thread that hangs in every task until it is released, and then returns nothing.

import { workerData } from "piscina";

const { mayAnswer } = workerData as { readonly mayAnswer: SharedArrayBuffer };

export default function hang(): object {
  Atomics.wait(new Int32Array(mayAnswer), 0, 0);
  return { kind: "answer", answer: undefined };
}
