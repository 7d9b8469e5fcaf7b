// The table of exit codes; documentation and help derive from it.

import type { ErrorReason } from "../core/errors.js";

interface ExitCodeRow {
  readonly code: number;
  readonly meaning: string;
  /** Error reasons that map to this code. */
  readonly reasons: readonly (ErrorReason | "UNAVAILABLE")[];
}

export const exitCodes = {
  done: row(0, "Done. For `serve`: stopped by a signal, with nothing lost."),
  failed: row(1, "Failed, or partly done: some documents were rejected."),
  usage: row(2, "Wrong usage or configuration.", ["INVALID_CONFIG"]),
  locked: row(3, "Another process has the data folder open.", ["DATA_FOLDER_LOCKED"]),
  newerFormat: row(4, "The data was written by a newer version.", ["DATA_FORMAT_NEWER"]),
  damaged: row(5, "Stored data or a model is damaged.", ["DATA_CORRUPT", "MODEL_INVALID"]),
  portInUse: row(6, "A port cannot be listened on.", ["PORT_IN_USE"]),
  systemLimit: row(8, "A limit of the system is too low, such as `ulimit -n` or `ulimit -v`.", [
    "SYSTEM_LIMIT",
  ]),
  unreachable: row(7, "The server cannot be reached or is not ready.", [
    "NOT_READY",
    "UNAVAILABLE",
  ]),
  killed: row(137, "The stop of `serve` did not complete; acknowledged writes are kept."),
  interrupted: row(130, "Interrupted by Ctrl-C (143: by SIGTERM)."),
} as const;

/** The code for an error's reason; 1 for reasons without a row. */
export function exitCodeOf(reason: string): number {
  const found = Object.values(exitCodes).find(({ reasons }) => reasons.some((r) => r === reason));
  return (found ?? exitCodes.failed).code;
}

/** The table as Markdown, for the documentation. */
export function exitCodesMarkdown(): string {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return ["| exit code | meaning |", "|---|---|", ...rows].join("\n");
}

/** The table as plain lines, for help. */
export function exitCodesText(): string {
  return Object.values(exitCodes)
    .map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning.replaceAll("`", "")}`)
    .join("\n");
}

function row(code: number, meaning: string, reasons: ExitCodeRow["reasons"] = []): ExitCodeRow {
  return { code, meaning, reasons };
}
