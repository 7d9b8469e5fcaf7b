// Work on backups, in a process of its own.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type {
  BackupMessage,
  BackupRequest,
  BackupResults,
  BackupSettings,
  BackupTask,
} from "./backup.protocol.js";

export interface BackupWork {
  readonly signal: AbortSignal;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Runs one task to its end. Throws what the task throws, OBJECT_STORE_FAILED when the process ends
 * without an answer, or the signal's reason; the process has ended then.
 */
export async function runBackupTask<Task extends BackupTask>(
  settings: BackupSettings,
  task: Task,
  { signal, onProgress }: BackupWork,
): Promise<BackupResults[Task["kind"]]> {
  signal.throwIfAborted();
  const program = fileURLToPath(new URL("./backup.child.js", import.meta.url));
  const child = fork(program, [], { execArgv: [], stdio: ["ignore", "ignore", "ignore", "ipc"] });
  let last: BackupMessage | undefined;
  child.on("message", (message) => {
    const step = message as BackupMessage;
    if (step.kind === "progress") onProgress?.(step.done, step.total);
    else last = step;
  });
  let deadline: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    if (child.connected) child.send("cancel");
    // It removes what it has uploaded, for which the storage must answer.
    deadline = setTimeout(() => child.kill("SIGKILL"), limits.backupCancelMs);
  };
  signal.addEventListener("abort", cancel);
  try {
    child.send({ settings, task } satisfies BackupRequest);
    await once(child, "close");
  } finally {
    signal.removeEventListener("abort", cancel);
    clearTimeout(deadline);
  }
  signal.throwIfAborted();
  if (last?.kind === "done") return last.result as BackupResults[Task["kind"]];
  const { reason, message } =
    last?.kind === "failed"
      ? last
      : { reason: "OBJECT_STORE_FAILED" as const, message: "the process of the backup ended" };
  throw new SluiceError(reason, message);
}
