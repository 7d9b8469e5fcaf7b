// The health check of the container image: exits with 0 while the HTTP port answers /livez. With TLS
// the certificate is that of another name, and a server that wants a client's certificate is alive,
// too.

import { get as getPlain } from "node:http";
import { get as getEncrypted } from "node:https";
import process from "node:process";

const address = `127.0.0.1:${process.env["SLUICE_HTTP_PORT"] ?? "7312"}`;
const isEncrypted = (process.env["SLUICE_TLS_CERT"] ?? "") !== "";
const get = isEncrypted ? getEncrypted : getPlain;
const url = `${isEncrypted ? "https" : "http"}://${address}/livez`;

const request = get(url, { timeout: 3000, rejectUnauthorized: false }, (response) => {
  process.exit(response.statusCode === 200 ? 0 : 1);
});
request.on("timeout", () => process.exit(1));
request.on("error", (error) => {
  const wantsCertificate = String(error.code).includes("CERTIFICATE_REQUIRED");
  process.exit(wantsCertificate ? 0 : 1);
});
