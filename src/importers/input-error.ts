// The errors of input files, which name the place at fault.

import { SluiceError } from "../core/errors.js";

/** INVALID_INPUT_FILE at one place of a file: `corpus.jsonl:12: is not valid JSON`. */
export class InputError extends SluiceError {
  /** `corpus.jsonl:12`, or the file alone. */
  readonly location: string;
  /** What is wrong, in the same words wherever it is. */
  readonly fault: string;

  constructor(location: string, fault: string, cause?: unknown) {
    super("INVALID_INPUT_FILE", `${location}: ${fault}`, { cause });
    this.location = location;
    this.fault = fault;
  }
}

/** The error of one line. */
export function inputError(path: string, line: number, fault: string, cause?: unknown): InputError {
  return new InputError(`${path}:${line}`, fault, cause);
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
