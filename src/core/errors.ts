// The one table of errors. Status, documentation and client behaviour are made from it.

interface ErrorRow {
  /** Name of the gRPC status code that carries this error. */
  readonly status: ErrorStatus;
  /** True when the same request may succeed later without a change. */
  readonly retryable: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

export type ErrorStatus =
  | "INVALID_ARGUMENT"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "FAILED_PRECONDITION"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "DEADLINE_EXCEEDED"
  | "CANCELLED"
  | "UNAVAILABLE"
  | "DATA_LOSS"
  | "INTERNAL"
  | "UNAUTHENTICATED";

export const errorTable = {
  INVALID_FIELD: row(
    "INVALID_ARGUMENT",
    "A field of the request is missing, malformed or out of its range.",
    "Correct the field that is named.",
  ),
  INVALID_KEY: row(
    "INVALID_ARGUMENT",
    "A document key is empty, too long or not valid UTF-8.",
    "Send a key of 1 to 512 bytes of valid UTF-8.",
  ),
  DUPLICATE_KEY: row(
    "INVALID_ARGUMENT",
    "A document key occurs twice in one ingest stream.",
    "Send each key once a stream, or use two streams.",
  ),
  INVALID_TEXT: row(
    "INVALID_ARGUMENT",
    "A title or text is empty, too long or not valid UTF-8.",
    "Send text of valid UTF-8 within the limit.",
  ),
  INVALID_VECTORS: row(
    "INVALID_ARGUMENT",
    "Token vectors are missing, not finite, zero or of a wrong length.",
    "Send finite, non-zero vectors of the collection's dim.",
  ),
  INVALID_CONFIG: row(
    "INVALID_ARGUMENT",
    "A configuration option is unknown, or its value out of range.",
    "Correct the option that is named; `sluice config print` lists all.",
  ),
  UNAUTHENTICATED: row(
    "UNAUTHENTICATED",
    "The call carries no key or token, or one that is unknown, expired or revoked.",
    "Send `authorization: Bearer KEY`; `sluice key create` makes a key.",
  ),
  PERMISSION_DENIED: row(
    "PERMISSION_DENIED",
    "The caller's key or token does not allow this, whether what it names exists or not.",
    "Use a key whose scopes and filter cover it.",
  ),
  RATE_LIMITED: row(
    "RESOURCE_EXHAUSTED",
    "The key's calls per second or calls at a time are used up, or too many keys were wrong.",
    "Wait as long as RetryInfo says, then try again.",
    true,
  ),
  INVALID_INPUT_FILE: row(
    "INVALID_ARGUMENT",
    "An input file cannot be read as the format it should have.",
    "Correct the line that is named.",
  ),
  HOST_NOT_ALLOWED: row(
    "PERMISSION_DENIED",
    "An HTTP request names the server as it is not called.",
    "Call it by its address, or list the name in `http.allowedHosts`.",
  ),
  ORIGIN_NOT_ALLOWED: row(
    "PERMISSION_DENIED",
    "A page of another origin called the HTTP port.",
    "List the page's origin in `http.allowedOrigins`.",
  ),
  CONTENT_TYPE_NOT_SUPPORTED: row(
    "INVALID_ARGUMENT",
    "The body of an HTTP request has a type that forms of any page can send.",
    "Send `content-type: application/json`.",
  ),
  COLLECTION_NOT_FOUND: row(
    "NOT_FOUND",
    "No collection has this name.",
    "Create it, or list the collections.",
  ),
  SNAPSHOT_NOT_FOUND: row("NOT_FOUND", "No snapshot has this name.", "List the snapshots."),
  DOCUMENT_NOT_FOUND: row("NOT_FOUND", "No document has this key.", "Check the key."),
  COLLECTION_EXISTS: row(
    "ALREADY_EXISTS",
    "A collection of this name exists with other settings.",
    "Use it as it is, drop it, or choose another name.",
  ),
  SNAPSHOT_EXISTS: row(
    "ALREADY_EXISTS",
    "A snapshot of this name exists.",
    "Choose another name, or delete it.",
  ),
  VECTORS_OF_OTHER_MODEL: row(
    "FAILED_PRECONDITION",
    "Vectors do not fit the collection's model or dim.",
    "Encode with the collection's model.",
  ),
  MODEL_REQUIRED: row(
    "FAILED_PRECONDITION",
    "The collection has no model, so text cannot be encoded.",
    "Send vectors, or create the collection with a model.",
  ),
  MODEL_INVALID: row(
    "FAILED_PRECONDITION",
    "A model folder is incomplete, damaged or unusable.",
    "Run `sluice model verify` and restore the file that is named.",
  ),
  MODEL_IN_USE: row(
    "FAILED_PRECONDITION",
    "A model is the default, or a collection was made with it.",
    "Drop the collection or name another default, or use `--force`.",
  ),
  DOWNLOAD_FAILED: row(
    "UNAVAILABLE",
    "A model could not be downloaded, or not as the hub describes it.",
    "See the message; the same command resumes the download. Without a network use `sluice model add`.",
  ),
  NOT_CALIBRATED: row(
    "FAILED_PRECONDITION",
    "The request needs a calibration that does not exist (recall of pools, or probabilities of scores), or too much has changed since.",
    "Run `sluice calibrate recall` or `sluice calibrate scores`, or set sketch_pool_size or min_score.",
  ),
  DATA_FOLDER_LOCKED: row(
    "FAILED_PRECONDITION",
    "Another process holds the data folder.",
    "Stop the process that is named, or use another folder.",
  ),
  NAME_AMBIGUOUS: row(
    "FAILED_PRECONDITION",
    "Several folders hold a collection, or a snapshot, of this name, so none of them is used.",
    "Move all but one of the folders that are named out of the data folder, then start the server again.",
  ),
  DATA_FOLDER_UNAVAILABLE: row(
    "UNAVAILABLE",
    "The data folder is gone, was replaced, or cannot be written; nothing was written.",
    // Not retryable: it comes back when somebody has mended it, not while a client waits.
    "Look at /readyz and at the folder; bring it back as it was, or start the server again.",
  ),
  DATA_FORMAT_NEWER: row(
    "FAILED_PRECONDITION",
    "The data was written by a newer version.",
    "Start the newer version; nothing was changed.",
  ),
  PORT_IN_USE: row(
    "FAILED_PRECONDITION",
    "A port cannot be listened on.",
    "Choose another port, or 0 to let the system choose.",
  ),
  DATA_CORRUPT: row(
    "DATA_LOSS",
    "Stored bytes do not match their checksum.",
    "Run `sluice check`; restore a snapshot or ingest again.",
  ),
  DISK_FULL: row(
    "RESOURCE_EXHAUSTED",
    "The disk is full; nothing was written.",
    "Free space, then send the write again.",
    true,
  ),
  STORAGE_FAILED: row(
    "UNAVAILABLE",
    "A write or sync failed on disk; from then on nothing is written to the collection.",
    "Check the disk, then restart the server: it continues from what is on the disk.",
  ),
  THREAD_STUCK: row(
    "UNAVAILABLE",
    "A worker thread does not answer.",
    "Try again; start the server again when /readyz keeps saying so.",
    true,
  ),
  REMOTE_FAILED: row(
    "UNAVAILABLE",
    "A remote re-ranking service failed, is paused after failures, or gave an invalid answer.",
    // Not retryable: it was tried again already, and callers doing so too would multiply it.
    "Check the service, its address, model and key; try again later.",
  ),
  OVERLOADED: row(
    "RESOURCE_EXHAUSTED",
    "Too many searches are waiting.",
    "Wait as long as RetryInfo says, then try again.",
    true,
  ),
  LIMIT_EXCEEDED: row(
    "RESOURCE_EXHAUSTED",
    "A limit of the server would be exceeded.",
    "Keep below the limit that is named.",
  ),
  SYSTEM_LIMIT: row(
    "RESOURCE_EXHAUSTED",
    "The system gives the process no more file descriptors, address space or memory.",
    "Raise the limit that is named (`ulimit -n`, `ulimit -v`, the container's memory), or use less.",
    true,
  ),
  DEADLINE_EXCEEDED: row(
    "DEADLINE_EXCEEDED",
    "The deadline passed before anything could be computed.",
    "Allow more time.",
    true,
  ),
  CANCELLED: row("CANCELLED", "The caller cancelled the request.", "Nothing to do."),
  NOT_READY: row(
    "UNAVAILABLE",
    "The server is starting or stopping.",
    "Try again; watch /readyz.",
    true,
  ),
  INTERNAL: row(
    "INTERNAL",
    "A bug or an unexpected failure.",
    "Report it with the server's log line.",
    true,
  ),
} as const;

export type ErrorReason = keyof typeof errorTable;

/** The table as Markdown, for documents. */
export function errorsMarkdown(): string {
  const rows = Object.entries(errorTable).map(
    ([reason, { status, retryable, meaning, remedy }]) => {
      const again = retryable ? "yes" : "no";
      return `| \`${reason}\` | ${status} | ${again} | ${meaning} | ${remedy} |`;
    },
  );
  return [
    "| reason | status | may pass | meaning | remedy |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

/** A bad request or a bad world, with a stable reason from the table. Bugs are assertions instead. */
export class SluiceError extends Error {
  override readonly name = "SluiceError";
  readonly reason: ErrorReason;
  /** Path of the request field at fault, in proto notation (`query.vectors.dim`), when there is one. */
  readonly field: string | undefined;
  /** When to try again, milliseconds; undefined: as is usual for the reason. */
  readonly retryAfterMs: number | undefined;
  /** Absolute path of the file or folder at fault; for the log and for who sits at the machine. */
  readonly place: string | undefined;

  /**
   * `message`: what was wrong, with the value, the limit and the remedy; lower case, no full stop, and
   * without an absolute path, since callers elsewhere are told it.
   */
  constructor(
    reason: ErrorReason,
    message: string,
    options: { field?: string; cause?: unknown; retryAfterMs?: number; place?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.field = options.field;
    this.retryAfterMs = options.retryAfterMs;
    this.place = options.place;
  }
}

/** True for an error with a reason. Classes do not cross threads: the reason must, as a value. */
export function isSluiceError(error: unknown): error is SluiceError {
  return error instanceof SluiceError;
}

/** A caught DATA_CORRUPT; throws every other error again. */
export function asDamage(error: unknown): SluiceError {
  if (isSluiceError(error) && error.reason === "DATA_CORRUPT") return error;
  throw error;
}

function row(status: ErrorStatus, meaning: string, remedy: string, retryable = false): ErrorRow {
  return { status, meaning, remedy, retryable };
}
