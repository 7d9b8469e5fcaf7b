// gRPC over raw HTTP/2: sends exactly the given bytes, which no client library would.

import { connect } from "node:http2";
import type { ClientHttp2Session, IncomingHttpHeaders } from "node:http2";
import { definitions } from "../../src/wire/definitions.js";

export interface RawAnswer {
  /** gRPC status code; absent when the stream ended without one. */
  readonly status: number | undefined;
  /** Reason from the error table, if any. */
  readonly reason: string | undefined;
  readonly message: string;
}

export interface RawPeer {
  readonly session: ClientHttp2Session;
  /** Resolves when the stream has ended. `isHalf`: the request is never completed. */
  call(
    path: string,
    body: Buffer,
    options?: { readonly encoding?: string; readonly isHalf?: boolean },
  ): Promise<RawAnswer>;
  close(): void;
}

/** `windowBytes`: flow-control window for responses before the peer reads; 0 blocks them. */
export function connectRaw(
  address: string,
  { windowBytes = 65_535 }: { readonly windowBytes?: number } = {},
): RawPeer {
  const session = connect(`http://${address}`, { settings: { initialWindowSize: windowBytes } });
  session.on("error", () => undefined);
  return {
    session,
    call: (path, body, { encoding = "identity", isHalf = false } = {}) =>
      new Promise((resolve) => {
        const stream = session.request({
          ":method": "POST",
          ":path": path,
          te: "trailers",
          "content-type": "application/grpc",
          "grpc-encoding": encoding,
        });
        const told: IncomingHttpHeaders = {};
        stream.on("response", (headers) => void Object.assign(told, headers));
        stream.on("trailers", (headers) => void Object.assign(told, headers));
        stream.on("error", () => undefined);
        stream.on("close", () => resolve(toAnswer(told)));
        stream.resume();
        stream.write(body);
        if (!isHalf) stream.end();
      }),
    close: () => session.destroy(),
  };
}

function toAnswer(headers: IncomingHttpHeaders): RawAnswer {
  const { errorInfo, status } = definitions();
  const details = headers["grpc-status-details-bin"];
  const infos =
    typeof details === "string" ? status.deserialize(Buffer.from(details, "base64")).details : [];
  const info = infos.find(({ type_url: type }) => type.endsWith("ErrorInfo"));
  const code = headers["grpc-status"];
  return {
    status: code === undefined ? undefined : Number(code),
    reason: info === undefined ? undefined : errorInfo.deserialize(info.value).reason,
    message: decodeURIComponent(String(headers["grpc-message"] ?? "")),
  };
}

/** A message with its gRPC framing. */
export function framed(message: Buffer, { isCompressed = false } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(isCompressed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** A length-delimited field: bytes, a string, a message or packed numbers. */
export function field(number: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}
