// A model hub in the format of the Hugging Face Hub, which can truncate, stall, corrupt and reject.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export interface HubFile {
  readonly path: string;
  readonly content: Buffer;
  /** Listed with SHA-256, like large files; otherwise with a git hash. */
  readonly isLarge: boolean;
}

export interface ModelHub {
  readonly url: string;
  /** `GET PATH RANGE` of each file request, in order. */
  readonly requests: string[];
  /** Authorization headers received. */
  readonly tokens: (string | undefined)[];
  commit: string;
  /** Answers a file request instead of the hub when it returns true. */
  meddle: (file: HubFile, request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

/** Serves the files of `folder` as `repository`. */
export async function startModelHub(repository: string, folder: string): Promise<ModelHub> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): HubFile => {
      const at = join(entry.parentPath, entry.name);
      const isLarge = entry.name.endsWith(".onnx");
      return { path: at.slice(folder.length + 1), content: readFileSync(at), isLarge };
    });
  const server = createServer((request, response) => {
    answer(hub, { repository, files }, request, response);
  });
  const hub: ModelHub = {
    url: await listening(server),
    requests: [],
    tokens: [],
    commit: "0123456789abcdef0123456789abcdef01234567",
    meddle: () => false,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return hub;
}

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

function answer(
  hub: ModelHub,
  { repository, files }: { readonly repository: string; readonly files: readonly HubFile[] },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = decodeURIComponent(new URL(request.url ?? "", hub.url).pathname);
  hub.tokens.push(request.headers.authorization);
  const json = (body: unknown): void => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  };
  if (path === `/api/models/${repository}/revision/main`) {
    json({ sha: hub.commit });
    return;
  }
  if (path === `/api/models/${repository}/tree/${hub.commit}`) {
    json([{ type: "directory", path: "onnx", oid: "a".repeat(40) }, ...files.map(entryOf)]);
    return;
  }
  const file = files.find((one) => path === `/${repository}/resolve/${hub.commit}/${one.path}`);
  if (file === undefined) {
    response.statusCode = 404;
    response.end();
    return;
  }
  hub.requests.push(`${file.path} ${request.headers.range ?? "whole"}`);
  if (!hub.meddle(file, request, response)) sendFile(file.content, request, response);
}

function entryOf({ path, content, isLarge }: HubFile): object {
  const sha256 = createHash("sha256").update(content).digest("hex");
  const git = createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
  return {
    type: "file",
    path,
    size: content.length,
    oid: git,
    ...(isLarge && { lfs: { oid: sha256, size: content.length } }),
  };
}

/** The file, or the requested range. */
export function sendFile(
  content: Buffer,
  { headers }: Pick<IncomingMessage, "headers">,
  response: ServerResponse,
): void {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? NaN);
  if (start >= 0) {
    response.statusCode = 206;
    response.setHeader("content-range", `bytes ${start}-${content.length - 1}/${content.length}`);
  }
  const part = start >= 0 ? content.subarray(start) : content;
  response.setHeader("content-length", part.length);
  response.end(part);
}
