// How many connections a port has at a time, of all and of one peer. A socket beyond is closed at
// once: nothing was read of it.

import type { Server, Socket } from "node:net";

/** One peer may have this part of them, so that others find room beside him. */
const peerShare = 7 / 8;

/** Caps the connections of `server` from now on. */
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
