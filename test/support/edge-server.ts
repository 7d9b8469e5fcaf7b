// A gRPC server on a free port over the edge engine, and a client for it.

import { openAccess } from "../../src/access/access.js";
import { createClient } from "../../src/client/client.js";
import type { ClientOptions, SluiceClient } from "../../src/client/client.js";
import { startRpcServer } from "../../src/rpc/server.js";
import type { RpcServer, RpcServerOptions } from "../../src/rpc/server.js";
import type { CallRecord } from "../../src/core/call-record.js";
import { createEdgeEngine } from "./edge-engine.js";
import type { EdgeEngine } from "./edge-engine.js";

export interface Edge {
  readonly engine: EdgeEngine;
  readonly server: RpcServer;
  readonly client: SluiceClient;
  readonly address: string;
  /** Messages that the server logged, with their details. */
  readonly log: { readonly details: object; readonly message: string }[];
  readonly calls: CallRecord[];
  close(): Promise<void>;
}

export async function startEdge(
  options: Partial<RpcServerOptions> = {},
  clientOptions: Partial<ClientOptions> = {},
): Promise<Edge> {
  const engine = createEdgeEngine();
  const log: { details: object; message: string }[] = [];
  const calls: CallRecord[] = [];
  const write = (details: object, message: string): number => log.push({ details, message });
  const server = await startRpcServer({
    access: openAccess(engine),
    logger: { error: write, warn: write },
    nowMs: Date.now,
    clock: () => performance.now(),
    host: "127.0.0.1",
    port: 0,
    onCallEnd: (record) => calls.push(record),
    ...options,
  });
  server.setReady(true);
  const address = `127.0.0.1:${server.port}`;
  const client = createClient({
    address,
    nowMs: Date.now,
    random: () => 0.5,
    checkContract: true,
    ...clientOptions,
  });
  return {
    engine,
    server,
    client,
    address,
    log,
    calls,
    close: async () => {
      client.close();
      await server.stop(1000);
    },
  };
}
