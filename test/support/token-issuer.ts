// A token issuer on its own port: signs tokens, publishes its keys, rotates them, becomes
// unreachable.

import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWTPayload } from "jose";

export const issuerName = "https://issuer.test";
export const audienceName = "sluice-test";

export interface TokenIssuer {
  readonly url: string;
  /** Number of requests for its keys. */
  readonly readCount: () => number;
  /** A token whose `claims` override the valid ones; undefined removes a claim. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    header?: { readonly kid?: string },
  ): Promise<string>;
  /** Signs with a new key from now on; `keepsOld`: the previous one is still published. */
  rotate(options: { readonly keepsOld: boolean }): Promise<void>;
  stop(): Promise<void>;
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  let keys: { readonly kid: string; readonly secret: CryptoKey; readonly jwk: object }[] = [];
  let [readCount, keyCount] = [0, 0];
  const addKey = async (): Promise<void> => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    keyCount += 1;
    const kid = `key-${keyCount}`;
    keys.push({ kid, secret: privateKey, jwk: { ...(await exportJWK(publicKey)), kid } });
  };
  await addKey();
  const server: Server = createServer((_, response) => {
    readCount += 1;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    readCount: () => readCount,
    sign(claims, header = {}) {
      const { kid, secret } = keys.at(-1)!;
      const nowSeconds = Math.floor(Date.now() / 1000);
      const right = { iss: issuerName, aud: audienceName, sub: "alice", exp: nowSeconds + 3600 };
      // As JSON, which omits undefined values.
      const payload = JSON.parse(JSON.stringify({ ...right, ...claims })) as JWTPayload;
      return new SignJWT(payload).setProtectedHeader({ alg: "ES256", kid, ...header }).sign(secret);
    },
    async rotate({ keepsOld }) {
      if (!keepsOld) keys = [];
      await addKey();
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Flags of a server that accepts its tokens. */
export function tokenFlags({ url }: TokenIssuer): string[] {
  const flags = { "jwks-url": url, "jwt-issuer": issuerName, "jwt-audience": audienceName };
  return Object.entries(flags).flatMap(([name, value]) => [`--access-${name}`, value]);
}
