// An object storage with the S3 requests that backups make, which can refuse, stall, cut off and
// keep other bytes than it was sent.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface StoredFile {
  body: Buffer;
  modified: Date;
}

export interface StoreRequest {
  readonly method: string;
  /** Without the bucket; empty for a listing. */
  readonly key: string;
}

export interface ObjectStoreService {
  readonly url: string;
  /** By key, without the bucket. */
  readonly objects: Map<string, StoredFile>;
  /** Requests so far, in order. */
  readonly requests: StoreRequest[];
  /** Raw headers of all requests, for what must not be in them. */
  readonly headers: string[];
  /** Answers a request instead of the storage when it returns true. */
  meddle: (request: StoreRequest, response: ServerResponse) => boolean;
  /** What is kept of a body that was sent. */
  keep: (body: Buffer, key: string) => Buffer;
  /** Time of the storage. */
  now: () => Date;
  close(): Promise<void>;
}

/** Environment of a server that uses the storage: the standard variables of AWS, and its options. */
export function storeEnvironment(service: ObjectStoreService): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST",
    AWS_SECRET_ACCESS_KEY: "secret-of-the-test",
    // No look-ups on the machine that runs the test.
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nonexistent",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    SLUICE_BACKUP_TARGET: "s3://bucket/of/this-server",
    SLUICE_BACKUP_ENDPOINT: service.url,
  };
}

export async function startObjectStore(): Promise<ObjectStoreService> {
  const server = createServer((request, response) => {
    answer(service, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const service: ObjectStoreService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    requests: [],
    headers: [],
    meddle: () => false,
    keep: (body) => body,
    now: () => new Date(Date.now()),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return service;
}

async function answer(
  service: ObjectStoreService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "", service.url);
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/.exec(decodeURI(url.pathname)) ?? [];
  const method = request.method ?? "";
  service.requests.push({ method, key });
  service.headers.push(request.rawHeaders.join(" "));
  const body = await buffer(request);
  if (service.meddle({ method, key }, response)) return;
  const isSigned = /^AWS4-HMAC-SHA256 /.test(request.headers.authorization ?? "");
  if (bucket !== "bucket") fail(response, 404, "NoSuchBucket");
  else if (!isSigned) fail(response, 403, "AccessDenied");
  else if (method === "PUT")
    put(service, { key, body, sum: request.headers["x-amz-content-sha256"] }, response);
  else if (method === "GET" && key === "") list(service, url, response);
  else if (method === "GET") get(service, key, response);
  else {
    service.objects.delete(key);
    response.statusCode = 204;
    response.end();
  }
}

function put(
  service: ObjectStoreService,
  { key, body, sum }: { key: string; body: Buffer; sum: string | string[] | undefined },
  response: ServerResponse,
): void {
  if (sum !== createHash("sha256").update(body).digest("hex")) {
    fail(response, 400, "XAmzContentSHA256Mismatch");
    return;
  }
  service.objects.set(key, { body: service.keep(body, key), modified: service.now() });
  response.setHeader("etag", `"${createHash("md5").update(body).digest("hex")}"`);
  response.end();
}

function get(service: ObjectStoreService, key: string, response: ServerResponse): void {
  const file = service.objects.get(key);
  if (file === undefined) {
    fail(response, 404, "NoSuchKey");
    return;
  }
  response.setHeader("content-length", file.body.length);
  response.setHeader("last-modified", file.modified.toUTCString());
  response.end(file.body);
}

/** Folders below the prefix, two a page. */
function list(service: ObjectStoreService, url: URL, response: ServerResponse): void {
  const prefix = url.searchParams.get("prefix") ?? "";
  const after = url.searchParams.get("continuation-token") ?? "";
  const folders = new Set<string>();
  for (const key of service.objects.keys()) {
    const end = key.indexOf("/", prefix.length);
    if (key.startsWith(prefix) && end > 0) folders.add(key.slice(0, end + 1));
  }
  const rest = [...folders].sort().filter((folder) => folder > after);
  const page = rest.slice(0, 2);
  const token = rest.length > page.length ? (page.at(-1) ?? "") : "";
  response.setHeader("content-type", "application/xml");
  response.end(
    `<?xml version="1.0"?><ListBucketResult><Name>bucket</Name>` +
      `<IsTruncated>${token !== ""}</IsTruncated>` +
      (token === "" ? "" : `<NextContinuationToken>${token}</NextContinuationToken>`) +
      page.map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`).join("") +
      `</ListBucketResult>`,
  );
}

/** An error as S3 has it. */
export function fail(response: ServerResponse, status: number, code: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/xml");
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
}
