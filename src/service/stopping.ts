// The error of calls that a shutdown ends or rejects.

import { SluiceError } from "../core/errors.js";

export function stoppingError(): SluiceError {
  return new SluiceError("NOT_READY", "the server is stopping; connect again, or to another one");
}
