// The table of all errors. gRPC and HTTP statuses, documentation and client retries derive from it.

interface ErrorRow {
  /** Name of the gRPC status code for this error. */
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
    "The key's rate or concurrency limit is reached, or too many wrong keys came from the address.",
    "Wait as long as RetryInfo says, then try again.",
    true,
  ),
  INVALID_INPUT_FILE: row(
    "INVALID_ARGUMENT",
    "An input file cannot be read as the format it should have.",
    "Correct the line named in the message.",
  ),
  HOST_NOT_ALLOWED: row(
    "PERMISSION_DENIED",
    "The Host header of an HTTP request names another server.",
    "Call it by its address, or list the name in `http.allowedHosts`.",
  ),
  ORIGIN_NOT_ALLOWED: row(
    "PERMISSION_DENIED",
    "A web page of an origin that is not allowed called the HTTP port.",
    "List the page's origin in `http.allowedOrigins`.",
  ),
  CONTENT_TYPE_NOT_SUPPORTED: row(
    "INVALID_ARGUMENT",
    "The body of an HTTP request has another type or encoding than its path takes.",
    "Send `content-type: application/json`, or `application/x-ndjson` where lines are taken.",
  ),
  COLLECTION_NOT_FOUND: row(
    "NOT_FOUND",
    "No collection has this name.",
    "Create it, or list the collections.",
  ),
  SNAPSHOT_NOT_FOUND: row("NOT_FOUND", "No snapshot has this name.", "List the snapshots."),
  DOCUMENT_NOT_FOUND: row("NOT_FOUND", "No document has this key.", "Check the key."),
  OPERATION_NOT_FOUND: row(
    "NOT_FOUND",
    "No operation has this id, or it ended long ago.",
    "List the operations.",
  ),
  SESSION_NOT_FOUND: row(
    "NOT_FOUND",
    "No search session of this caller has this id; it ends with its stream.",
    "Open a new session.",
  ),
  HANDLE_NOT_FOUND: row(
    "NOT_FOUND",
    "No search of this caller has this handle; a server forgets handles after ten minutes.",
    "Search again.",
  ),
  PATH_NOT_FOUND: row(
    "NOT_FOUND",
    "The HTTP port has nothing at this path.",
    "See /openapi.json for all paths.",
  ),
  METHOD_NOT_ALLOWED: row(
    "INVALID_ARGUMENT",
    "The HTTP method is none that this path takes.",
    "Use one of the methods in the header `Allow`.",
  ),
  SEQUENCE_MISMATCH: row(
    "FAILED_PRECONDITION",
    "A write names the sequence that its document must have, and the stored one has another.",
    "Read the document, then decide anew; `if_sequence` 0 means that there is none.",
  ),
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
  MODEL_NOT_FOUND: row(
    "NOT_FOUND",
    "No model and no remote reranker has this name.",
    "Use one of those that the message lists, or add it with `sluice model add` or `pull`.",
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
    "See the message; rerun the command to resume. Without a network use `sluice model add`.",
  ),
  NOT_CALIBRATED: row(
    "FAILED_PRECONDITION",
    "The request needs a calibration (of recall, or of scores) that is missing or out of date.",
    "Run `sluice calibrate recall` or `sluice calibrate scores`, or set sketch_pool_size or min_score.",
  ),
  DATA_FOLDER_LOCKED: row(
    "FAILED_PRECONDITION",
    "Another process holds the data folder.",
    "Stop the process that is named, or use another folder.",
  ),
  NAME_AMBIGUOUS: row(
    "FAILED_PRECONDITION",
    "Several folders hold a collection or a snapshot of this name, so none is used.",
    "Move all but one of the named folders out of the data folder, then restart the server.",
  ),
  DATA_FOLDER_UNAVAILABLE: row(
    "UNAVAILABLE",
    "The data folder is gone, was replaced, or cannot be written; nothing was written.",
    // Not retryable: recovery takes an operator, so clients should not keep waiting for it.
    "Check /readyz and the folder; restore the folder, or restart the server.",
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
  DISK_NEARLY_FULL: row(
    "RESOURCE_EXHAUSTED",
    "The disk is used beyond `quotas.diskUsedPercentMax`; writes are stopped, reads and deletes go on.",
    "Free space (delete and `sluice optimize --full`), enlarge the disk, or raise the option.",
    true,
  ),
  QUOTA_EXCEEDED: row(
    "RESOURCE_EXHAUSTED",
    "The write would exceed a quota of the server, of the collection or of the key; nothing was written.",
    "Delete what is not needed, or ask for a larger quota.",
  ),
  STORAGE_FAILED: row(
    "UNAVAILABLE",
    "A write or sync failed on disk; the collection accepts no more writes.",
    "Check the disk, then restart the server; it resumes from the data on disk.",
  ),
  THREAD_STUCK: row(
    "UNAVAILABLE",
    "A worker thread does not answer.",
    "Try again; restart the server when /readyz keeps reporting it.",
    true,
  ),
  REMOTE_FAILED: row(
    "UNAVAILABLE",
    "A remote reranker failed, is paused after failures, or returned an invalid response.",
    // Not retryable: the server has already retried, and retries by callers would multiply the
    // load.
    "Check the service, its address, model and key; try again later.",
  ),
  OBJECT_STORE_FAILED: row(
    "UNAVAILABLE",
    "The object storage of backups failed, refused a request, did not answer, or does not keep what it confirmed.",
    // Not retryable: the server has already retried.
    "Check backup.target, its credentials and the storage; nothing counts as backed up.",
  ),
  BACKUP_NOT_CONFIGURED: row(
    "FAILED_PRECONDITION",
    "The server has no object storage for backups.",
    "Set backup.target, or take a snapshot.",
  ),
  BACKUP_RUNNING: row(
    "RESOURCE_EXHAUSTED",
    "Another backup of this server is running.",
    "Try again when it has ended.",
    true,
  ),
  OVERLOADED: row(
    "RESOURCE_EXHAUSTED",
    "The search queue is full, or a search could not finish before its deadline.",
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
    "The process has reached a system limit of file descriptors, address space or memory.",
    "Raise the limit named in the message (`ulimit -n`, `ulimit -v`, the container's memory).",
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

/** Stable reasons; docs/reference/errors.md has the meaning and remedy of each. */
export type ErrorReason = keyof typeof errorTable;

/** The table as Markdown, for the documentation. */
export function errorsMarkdown(): string {
  const rows = Object.entries(errorTable).map(
    ([reason, { status, retryable, meaning, remedy }]) => {
      const again = retryable ? "yes" : "no";
      return `| \`${reason}\` | ${status} | ${again} | ${meaning} | ${remedy} |`;
    },
  );
  return [
    "| reason | status | retryable | meaning | remedy |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

/**
 * An error caused by a request or by the environment, with a stable reason. Bugs use `assert`
 * instead.
 */
export class SluiceError extends Error {
  override readonly name = "SluiceError";
  readonly reason: ErrorReason;
  /**
   * Path of the request field at fault, in proto notation (`query.vectors.dim`), when there is one.
   */
  readonly field: string | undefined;
  /** Milliseconds to wait before retrying. When absent, the default of the reason applies. */
  readonly retryAfterMs: number | undefined;
  /** Absolute path of the file or folder at fault, for the server's log only. */
  readonly place: string | undefined;

  /**
   * `message`: what was wrong, with the value, the limit and the remedy; lower case, no full stop.
   * It must not contain absolute paths, because it is sent to remote callers.
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

/**
 * True for an error with a reason. Class identity is lost between threads, so the reason is
 * checked.
 */
export function isSluiceError(error: unknown): error is SluiceError {
  return error instanceof SluiceError;
}

/** The error, if it is a SluiceError with DATA_CORRUPT; rethrows every other error. */
export function asDamage(error: unknown): SluiceError {
  if (isSluiceError(error) && error.reason === "DATA_CORRUPT") return error;
  throw error;
}

function row(status: ErrorStatus, meaning: string, remedy: string, retryable = false): ErrorRow {
  return { status, meaning, remedy, retryable };
}
