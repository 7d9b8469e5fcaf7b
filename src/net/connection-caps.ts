// Limits the open connections of a port, in total and per peer. Excess sockets are closed before
// anything is read.

import type { Server, Socket } from "node:net";

/** Largest share of the connections for one peer, so that others can still connect. */
const peerShare = 7 / 8;

/** Limits the connections of `server` from now on. */
export function capConnections(server: Server, connectionsMax: number): void {
  const ofPeers = new Map<string, number>();
  const peerMax = Math.max(1, Math.floor(peerShare * connectionsMax));
  server.maxConnections = connectionsMax;
  server.prependListener("connection", (socket: Socket) => {
    const peer = socket.remoteAddress ?? "";
    const count = (ofPeers.get(peer) ?? 0) + 1;
    ofPeers.set(peer, count);
    socket.once("close", () => {
      const left = (ofPeers.get(peer) ?? 0) - 1;
      if (left > 0) ofPeers.set(peer, left);
      else ofPeers.delete(peer);
    });
    if (count > peerMax) socket.destroy();
  });
}
