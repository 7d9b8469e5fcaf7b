// Assertions. A broken invariant is a bug, never a user's error, and fails the current operation.

/** Throws when `condition` is false. `fact` states what should have held. */
export function assert(condition: boolean, fact: string): asserts condition {
  if (!condition) throw new AssertionError(fact);
}

/** The value, asserted to be present. Use where a bound was checked just before. */
export function present<T>(value: T | undefined | null, fact: string): T {
  if (value === undefined || value === null) throw new AssertionError(fact);
  return value;
}

/** Marks a branch that the type checker proves unreachable. */
export function assertNever(value: never): never {
  throw new AssertionError(`unreachable value ${JSON.stringify(value)}`);
}

export class AssertionError extends Error {
  override readonly name = "AssertionError";
}
