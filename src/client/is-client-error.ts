// Recognizes errors of calls where gRPC need not be loaded.

import type { SluiceClientError } from "./client-error.js";

/** By name, because importing the class loads gRPC. */
export function isClientError(error: unknown): error is SluiceClientError {
  return error instanceof Error && error.name === "SluiceClientError";
}
