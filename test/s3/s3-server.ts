// A real S3 server on this machine: the first of the known ones that is installed.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";

import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";

import { repositoryRoot } from "../../src/core/paths.js";
import { eventually } from "../support/eventually.js";

export interface S3Server {
  readonly name: string;
  readonly url: string;
  /** Environment of a Sluice server that backs up into the bucket. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it keeps what it is sent. */
  readonly folder: string;
  stop(): Promise<void>;
}

const accessKey = "sluice-test-key";
const secretKey = "sluice-test-secret";
const bucket = "backups";

interface Known {
  readonly program: string;
  /** Arguments and environment to serve `folder` at `port`. */
  start(at: {
    readonly folder: string;
    readonly port: number;
    readonly ports: readonly number[];
  }): {
    readonly args: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  };
  /** Writes what it needs into the folder. */
  readonly prepare?: (folder: string) => void;
}

const known: readonly Known[] = [
  {
    program: "versitygw",
    start: ({ folder, port }) => ({
      args: ["--port", `127.0.0.1:${port}`, "posix", folder],
      environment: { ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
    }),
  },
  {
    program: "weed",
    prepare: (folder) => {
      const credentials = [{ accessKey, secretKey }];
      const identities = [{ name: "test", credentials, actions: ["Admin"] }];
      writeFileSync(join(folder, "s3.json"), JSON.stringify({ identities }));
    },
    start: ({ folder, port, ports: [master, volume, filer] }) => ({
      args: [
        "server",
        `-dir=${folder}`,
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        `-master.port=${master}`,
        "-master.volumeSizeLimitMB=512",
        `-volume.port=${volume}`,
        "-volume.max=20",
        "-filer",
        `-filer.port=${filer}`,
        "-s3",
        `-s3.port=${port}`,
        `-s3.config=${join(folder, "s3.json")}`,
      ],
    }),
  },
];

/** Undefined when none of them is in PATH or in .cache/s3/bin. */
export async function startS3Server(folder: string): Promise<S3Server | undefined> {
  for (const one of known) {
    const program = find(one.program);
    if (program === undefined) continue;
    mkdirSync(folder, { recursive: true });
    one.prepare?.(folder);
    const [port = 0, ...ports] = await freePorts(7);
    const { args, environment = {} } = one.start({ folder, port, ports });
    const child = spawn(program, args, {
      env: { PATH: process.env["PATH"], HOME: folder, ...environment },
      stdio: "ignore",
    });
    await eventually(() => reach(port));
    const url = `http://127.0.0.1:${port}`;
    await createBucket(url);
    return {
      name: one.program,
      url,
      folder,
      environment: {
        AWS_ACCESS_KEY_ID: accessKey,
        AWS_SECRET_ACCESS_KEY: secretKey,
        SLUICE_BACKUP_TARGET: `s3://${bucket}/this-server`,
        SLUICE_BACKUP_ENDPOINT: url,
      },
      stop: () => stop(child),
    };
  }
  return undefined;
}

async function createBucket(endpoint: string): Promise<void> {
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  // The port may be open before the server behind it is ready.
  await eventually(async () => {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  });
  client.destroy();
}

function find(program: string): string | undefined {
  const own = join(repositoryRoot(), ".cache/s3/bin");
  return [own, ...(process.env["PATH"] ?? "").split(delimiter)]
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

async function reach(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
  } finally {
    socket.destroy();
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "close");
}
