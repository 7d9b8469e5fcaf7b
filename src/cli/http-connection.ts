// The connection of commands that read the HTTP port of a server.

import type { Command } from "commander";
import { apiKey, defaultHttpAddress, readApiKey } from "../config/load-config.js";
import { SluiceError } from "../core/errors.js";
import { isLoopbackHost } from "../core/loopback.js";
import { addSecurityOptions } from "./connection.js";
import type { SecurityOptions } from "./connection.js";
import type { HttpAddress } from "./http-port.js";

export interface HttpConnectionOptions extends SecurityOptions {
  readonly url: string;
}

/** Adds the options of the connection. */
export function addHttpOptions(command: Command): Command {
  const option = command
    .createOption("-u, --url <address>", "address of the server's HTTP port")
    .default(defaultHttpAddress())
    .helpGroup("Connection:");
  return addSecurityOptions(command.addOption(option));
}

/** Throws INVALID_CONFIG, also before a key would be sent to another machine unencrypted. */
export function httpAddressOf(options: HttpConnectionOptions): HttpAddress {
  const { url: text, tlsCa, tlsCert, tlsKey, apiKeyFile } = options;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new SluiceError("INVALID_CONFIG", `--url is "${text}"; expected http://host:port`);
  const key = apiKeyFile === undefined ? apiKey() : readApiKey(apiKeyFile);
  const isPrivate = url.protocol === "https:" || isLoopbackHost(url.hostname);
  if (key !== undefined && !isPrivate && options.apiKeyPlaintext !== true)
    throw new SluiceError(
      "INVALID_CONFIG",
      "the key would be sent to another machine unencrypted; use https, or --api-key-plaintext",
    );
  return {
    url: url.origin,
    apiKey: key,
    authorityFile: tlsCa,
    certificateFile: tlsCert,
    keyFile: tlsKey,
  };
}
