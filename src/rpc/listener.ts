// The listening socket of the gRPC port; the library serves HTTP/2 on the connections accepted here.

import { createServer } from "node:net";
import type { Socket } from "node:net";
import type { Server } from "@grpc/grpc-js";
import { capConnections } from "../net/connection-caps.js";
import { listen, peerProbeMs } from "../net/listen.js";
import type { ListenAddress } from "../net/listen.js";
import type { Tls } from "../net/tls.js";
import { ServerCredentials } from "../wire/grpc.bundle.js";

export interface RpcListener {
  readonly port: number;
  /** Stops accepting connections. */
  close(): void;
  /**
   * Closes the remaining connections: peers that never made a call or did not read their status.
   */
  destroy(): void;
}

/**
 * Passes each connection to `server`. The library's own listener does not set TCP keepalive, does
 * not limit the number of connections, and cannot close sockets whose HTTP/2 session has not
 * started. Throws as `listen`.
 */
export async function openListener(
  server: Server,
  options: ListenAddress & { readonly tls: Tls | undefined; readonly connectionsMax: number },
): Promise<RpcListener> {
  const { tls } = options;
  const credentials =
    tls === undefined ? ServerCredentials.createInsecure() : new RenewableCredentials(tls);
  const injector = server.createConnectionInjector(credentials);
  const sockets = new Set<Socket>();
  const listener = createServer(
    { keepAlive: true, keepAliveInitialDelay: peerProbeMs, noDelay: true },
    (socket) => {
      // Over the connection limits.
      if (socket.destroyed) return;
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      injector.injectConnection(socket);
    },
  );
  capConnections(listener, options.connectionsMax);
  const port = await listen(listener, options);
  return {
    port,
    close: () => void listener.close(),
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Credentials whose certificates can be replaced while connections stay open. */
class RenewableCredentials extends ServerCredentials {
  constructor(tls: Tls) {
    super(tls.serverOptions, tls.material().context);
    tls.onRenewed((context) => this.updateSecureContextOptions(context));
  }

  override _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}
