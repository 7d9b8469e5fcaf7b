// An object storage with the S3 API. Loaded only by the process that works on backups: the client
// takes a quarter of a second and 40 MB.

import { addAbortSignal, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import type { BackupTarget } from "../core/backup-target.js";
import { SluiceError } from "../core/errors.js";
import { limits } from "../core/limits.js";
import type { ObjectStore, StoredObject } from "./object-store.js";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "./s3.bundle.js";

/**
 * Credentials come from the AWS environment: variables, files, the web identity of a pod, the
 * instance. `timeoutMs`: of one attempt at one request; failures that may pass are tried three times.
 */
export function openS3Store(
  { bucket, endpoint, region }: BackupTarget,
  timeoutMs: number,
): ObjectStore & { close(): void } {
  const client = new S3Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    // Signatures cover the SHA-256 of what is sent; not every storage knows the other checksums.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: Math.min(timeoutMs, limits.connectMsMax),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toStorageError(error, what);
    }
  };
  return {
    put: (key, body) =>
      attempt("write", async () => {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
      }),
    get: (key, bytesMax) =>
      attempt("read", () => getObject(client, { bucket, key, bytesMax, timeoutMs })),
    folders: (prefix) => attempt("list", () => listFolders(client, { bucket, prefix })),
    remove: (key) =>
      attempt("delete", async () => {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      }),
    close: () => client.destroy(),
  };
}

async function getObject(
  client: S3Client,
  from: {
    readonly bucket: string;
    readonly key: string;
    readonly bytesMax: number;
    readonly timeoutMs: number;
  },
): Promise<StoredObject | undefined> {
  const { bucket, key, bytesMax, timeoutMs } = from;
  // A response may stall within its body, which the client does not notice.
  const limit = AbortSignal.timeout(timeoutMs * attemptsMax);
  let response;
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    response = await client.send(command, { abortSignal: limit });
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return undefined;
    throw error;
  }
  const { Body: body, ContentLength: bytes = 0, LastModified: modified } = response;
  if (!(body instanceof Readable)) throw new Error("the response has no body");
  addAbortSignal(limit, body);
  if (bytes > bytesMax) {
    body.destroy();
    throw new Error("TooLarge");
  }
  return { body: await buffer(body), modifiedMs: modified?.getTime() ?? 0 };
}

/** Attempts of the client at one request. */
const attemptsMax = 3;

async function listFolders(
  client: S3Client,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): Promise<string[]> {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      Delimiter: "/",
      ...(token !== undefined && { ContinuationToken: token }),
    });
    const page = await client.send(command);
    for (const { Prefix: folder = "" } of page.CommonPrefixes ?? [])
      names.push(folder.slice(prefix.length).replace(/\/$/, ""));
    if (names.length > limits.backupsListedMax) throw new Error("TooManyObjects");
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return names;
}

/** Only the name of the failure: messages of the client may repeat a key id or a header. */
function toStorageError(error: unknown, what: string): SluiceError {
  const { name, code, httpStatus } = partsOf(error);
  const cause = [code ?? name, httpStatus === undefined ? undefined : `status ${httpStatus}`];
  const shown = cause.filter((part) => part !== undefined).join(", ");
  return new SluiceError(
    "OBJECT_STORE_FAILED",
    `the object storage could not ${what}: ${shown}${hintOf(name)}`,
  );
}

function partsOf(error: unknown): { name: string; code?: string; httpStatus?: number } {
  if (!(error instanceof Error)) return { name: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata
      ? metadata.httpStatusCode
      : undefined;
  return {
    name: error.name === "Error" ? error.message : error.name,
    ...(code !== undefined && { code }),
    ...(typeof status === "number" && { httpStatus: status }),
  };
}

function hintOf(name: string): string {
  switch (name) {
    case "CredentialsProviderError":
      return " (no credentials in the AWS environment of the server)";
    case "TimeoutError":
    case "AbortError":
      return " (no answer within backup.timeoutMs)";
    default:
      return "";
  }
}
