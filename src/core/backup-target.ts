// Where backups go: a bucket of an object storage, and a prefix in it.

import { SluiceError } from "./errors.js";

/** All fields are names and addresses; credentials are never part of them. */
export interface BackupTarget {
  readonly bucket: string;
  /** Of the keys of all objects, with a slash at its end; empty for the whole bucket. */
  readonly prefix: string;
  /** Address of a storage other than Amazon's; buckets are then parts of the path. */
  readonly endpoint: string | undefined;
  /** Undefined: as the AWS environment says. */
  readonly region: string | undefined;
}

/** What object stores accept as a name of a bucket in a path. */
const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Characters that need no encoding in a key, and no segment that a path would swallow. */
const prefixPattern = /^(?!\.{1,2}(\/|$))[\w.=-]+(\/(?!\.{1,2}(\/|$))[\w.=-]+)*$/;

/** Region in signatures where the storage is not Amazon's and none is named. */
const regionDefault = "us-east-1";

/**
 * Parses `s3://bucket/prefix`, and the address and region beside it, which may be empty. Undefined
 * for an empty address: there are no backups. Throws INVALID_CONFIG.
 */
export function parseBackupTarget(options: {
  readonly target: string;
  readonly endpoint: string;
  readonly region: string;
}): BackupTarget | undefined {
  const { target, endpoint, region } = options;
  if (target === "") {
    if (endpoint + region !== "") throw invalid("target", "is missing: it names the bucket");
    return undefined;
  }
  const [, bucket = "", rest = ""] = /^s3:\/\/([^/]*)\/?(.*?)\/?$/.exec(target) ?? [];
  if (!bucketPattern.test(bucket) || (rest !== "" && !prefixPattern.test(rest)))
    throw invalid("target", `is "${target}"; expected s3://bucket or s3://bucket/prefix`);
  if (endpoint !== "" && !isWebAddress(endpoint))
    throw invalid("endpoint", "is not http:// or https:// with a host, without a user or a query");
  return {
    bucket,
    prefix: rest === "" ? "" : `${rest}/`,
    endpoint: endpoint === "" ? undefined : endpoint,
    region: region === "" ? (endpoint === "" ? undefined : regionDefault) : region,
  };
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === "";
}

function invalid(option: string, fault: string): SluiceError {
  return new SluiceError("INVALID_CONFIG", `backup.${option} ${fault}`, {
    field: `backup.${option}`,
  });
}
