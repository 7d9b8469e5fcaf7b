// Authorizes gRPC calls of every service after their headers arrive and before any message is read.

import type { Metadata, ServerInterceptor } from "@grpc/grpc-js";
import type { Access, AccessGrant } from "../access/access.js";
import type { Caller } from "../access/caller.js";
import { present } from "../core/assert.js";
import type { Clock } from "../core/clock.js";
import { callIds, requestIdHeader } from "../core/call-ids.js";
import type { TracedIds } from "../core/call-ids.js";
import type { CallRecord } from "../core/call-record.js";
import { SluiceError } from "../core/errors.js";
import type { BeginSpan, TraceSpan } from "../core/trace-span.js";
import { ServerInterceptingCall, status } from "../wire/grpc.bundle.js";
import { hostOf } from "./bounded-call.js";
import { requirementOf } from "./requirements.js";
import { toStatus } from "./status.js";
import type { RpcLogger } from "./status.js";

const clientMetadata = "x-sluice-client";

/** Permissions of the caller, its identity for fair scheduling, ids and span of its call. */
export type AdmittedCall = Omit<AccessGrant, "end"> & TracedIds;

/** Keyed by the call's metadata, the object that the interceptor passes on to handlers. */
const admissions = new WeakMap<Metadata, AdmittedCall>();

export function admissionOf(metadata: Metadata): AdmittedCall {
  return present(admissions.get(metadata), "every call was admitted");
}

interface AdmissionContext {
  readonly logger: RpcLogger;
  readonly clock: Clock;
  readonly onCallEnd: (record: CallRecord) => void;
  readonly beginSpan: BeginSpan | undefined;
}

/** Rejects calls without permission, and reports the end of the others to `access`. */
export function createAdmissionInterceptor(
  access: Access,
  context: AdmissionContext,
): ServerInterceptor {
  return ({ path }, call) => {
    const startMs = context.clock();
    let admission: AccessGrant | undefined;
    /** Known from the headers on, before anything is answered. */
    let ids: TracedIds | undefined;
    const end = (code: status): void => {
      endSpan(ids?.span, code, admission);
      admission?.end(status[code]);
      admission = undefined;
    };
    const admit = async (metadata: Metadata, own: TracedIds): Promise<void> => {
      const admitted = await access.admit(callerOf(path, metadata, call));
      admission = admitted;
      const { engine, peer, client } = admitted;
      admissions.set(metadata, { engine, peer, client, ...own });
    };
    const refuse = (error: unknown, { requestId, traceId, span }: TracedIds): void => {
      const failure = toStatus(error, context.logger, { path, requestId });
      failure.metadata.set(requestIdHeader, requestId);
      call.sendStatus(failure);
      endSpan(span, failure.code, undefined);
      const durationMs = context.clock() - startMs;
      const code = status[failure.code];
      context.onCallEnd({ requestId, traceId, via: "grpc", path, status: code, durationMs });
    };
    let isCancelled = false;
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            const own = idsOf(path, metadata, context.beginSpan);
            ids = own;
            admit(metadata, own).then(
              () => (isCancelled ? end(status.CANCELLED) : proceed(metadata)),
              (error: unknown) => refuse(error, own),
            );
          },
          onCancel() {
            isCancelled = true;
            end(status.CANCELLED);
          },
        }),
      sendMetadata(metadata, next) {
        if (ids !== undefined) metadata.set(requestIdHeader, ids.requestId);
        next(metadata);
      },
      sendStatus(sent, next) {
        end(sent.code ?? status.UNKNOWN);
        if (ids !== undefined) sent.metadata?.set(requestIdHeader, ids.requestId);
        next(sent);
      },
    });
  };
}

function idsOf(path: string, metadata: Metadata, beginSpan: BeginSpan | undefined): TracedIds {
  const first = (name: string): string | undefined => metadata.get(name)[0]?.toString();
  const [requestId, traceparent] = [first(requestIdHeader), first("traceparent")];
  // Health checks and reflection would only fill the traces.
  if (beginSpan === undefined || requirementOf(path) === "open")
    return callIds({ requestId, traceparent, span: undefined });
  const name = path.slice(1);
  const [service = "", method = ""] = name.split("/");
  const attributes = { "rpc.system": "grpc", "rpc.service": service, "rpc.method": method };
  // Several entries of a list may come in several headers.
  const tracestate = metadata.get("tracestate").join(",");
  const span = beginSpan({ name, attributes, traceparent, tracestate });
  return callIds({ requestId, traceparent, span });
}

function endSpan(
  span: TraceSpan | undefined,
  code: status,
  admission: AccessGrant | undefined,
): void {
  if (span === undefined) return;
  span.set({ "rpc.grpc.status_code": code, "sluice.peer": admission?.peer });
  const isFailure = code !== status.OK && code !== status.CANCELLED;
  span.end({ error: isFailure ? status[code] : undefined });
}

function callerOf(
  path: string,
  metadata: Metadata,
  call: Parameters<ServerInterceptor>[1],
): Caller {
  const requirement = requirementOf(path);
  if (requirement === undefined)
    throw new SluiceError("PERMISSION_DENIED", "nothing says who may call this");
  const [client] = metadata.get(clientMetadata);
  const authorization = metadata.get("authorization");
  return {
    operation: path,
    via: "grpc",
    requirement,
    // Two values are ambiguous, so they are rejected.
    authorization: authorization.length > 1 ? "" : authorization[0]?.toString(),
    peer: hostOf(call.getPeer()),
    client: client?.toString() ?? "",
    certificate: certificateName(call),
  };
}

function certificateName(call: Parameters<ServerInterceptor>[1]): string | undefined {
  // The library returns an empty object when there is no certificate.
  const certificate: { readonly subject?: { readonly CN?: string | string[] } } | undefined =
    call.getAuthContext().sslPeerCertificate;
  return certificate?.subject?.CN?.toString();
}
