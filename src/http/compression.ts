// Compression of complete answers. Streams are sent as they are: a compressor would hold updates
// back, and its window would be memory per reader.

import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { negotiate } from "@fastify/accept-negotiator";
import type { FastifyReply } from "fastify";
import { boundsOf } from "./exchange-bounds.js";

const toGzip = promisify(gzip);
const toBrotli = promisify(brotliCompress);

/** Smaller answers fit into one packet as they are. */
const compressedBytesMin = 1400;

/** Best first. */
const encodings = ["br", "gzip"];

/** The payload of an answer as its caller accepts it; counts it until it is sent. */
export async function compressed(
  request: IncomingMessage,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (typeof payload !== "string") return payload;
  const sent = await encode(request, reply, payload);
  const taken = boundsOf(request).sent(sent.length);
  reply.raw.once("finish", taken);
  return sent;
}

async function encode(
  { headers }: IncomingMessage,
  reply: FastifyReply,
  text: string,
): Promise<string | Buffer> {
  if (text.length < compressedBytesMin) return text;
  const vary = reply.raw.getHeader("vary");
  reply.header("vary", vary === undefined ? "accept-encoding" : `${String(vary)}, accept-encoding`);
  const accepted = headers["accept-encoding"];
  const encoding = typeof accepted === "string" ? negotiate(accepted, encodings) : null;
  if (encoding === null) return text;
  reply.header("content-encoding", encoding).removeHeader("content-length");
  return encoding === "br"
    ? toBrotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
    : toGzip(text, { level: 6 });
}
