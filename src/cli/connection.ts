// The connection of client commands: which server, and a client that is always closed.

import type { SluiceClient } from "../client/client.js";
import type { Command } from "commander";
import { apiKey, readApiKey, serverAddress } from "../config/load-config.js";
import { printable } from "../core/printable.js";
import { createPrng } from "../core/prng.js";

export interface ConnectionOptions extends SecurityOptions {
  readonly server?: string | undefined;
}

export interface SecurityOptions {
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly apiKeyFile?: string | undefined;
  readonly apiKeyPlaintext?: boolean | undefined;
}

/** Adds the options common to all client commands. */
export function addConnectionOptions(command: Command): Command {
  const text = `host:port of the server (default: SLUICE_SERVER, else ${serverAddress({})})`;
  return addSecurityOptions(
    command.addOption(command.createOption("-s, --server <address>", text).helpGroup(group)),
  );
}

const group = "Connection:";

/** Adds the options of TLS and of the key. */
export function addSecurityOptions(command: Command): Command {
  const option = (flags: string, text: string) =>
    command.createOption(flags, text).helpGroup(group);
  return command
    .addOption(option("--tls-ca <file>", "connect with TLS; CA of the server's certificate"))
    .addOption(option("--tls-cert <file>", "client certificate"))
    .addOption(option("--tls-key <file>", "private key of --tls-cert"))
    .addOption(
      option("--api-key-file <file>", "file with the API key or token (default: SLUICE_API_KEY)"),
    )
    .addOption(option("--api-key-plaintext", "send the key to another machine unencrypted"));
}

/**
 * Runs `use` with a client, then closes it. Address: --server, else SLUICE_SERVER, else the
 * default.
 */
export async function withClient<T>(
  options: ConnectionOptions,
  use: (client: SluiceClient) => Promise<T>,
): Promise<T> {
  const client = await connect(options);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

export async function connect(options: ConnectionOptions): Promise<SluiceClient> {
  const { createClient } = await import("../client/client.js");
  const { tlsCa, tlsCert, tlsKey, apiKeyFile } = options;
  const hasTls = tlsCa !== undefined || tlsCert !== undefined;
  // Spreads the retries of many commands after a server fails; nothing else depends on the seed.
  const prng = createPrng(process.pid);
  return createClient({
    address: options.server ?? serverAddress(),
    nowMs: () => Date.now(),
    random: () => prng.nextFloat(),
    apiKey: apiKeyFile === undefined ? apiKey() : readApiKey(apiKeyFile),
    allowPlaintextKey: options.apiKeyPlaintext === true,
    onWarning: (warning) => process.stderr.write(`${printable(warning)}\n`),
    tls: hasTls ? { authorityFile: tlsCa, certificateFile: tlsCert, keyFile: tlsKey } : undefined,
  });
}
