// Authorizes gRPC calls of every service after their headers arrive and before any message is read.

import { ServerInterceptingCall, status } from "@grpc/grpc-js";
import type { Metadata, ServerInterceptor } from "@grpc/grpc-js";
import type { Access, AccessGrant } from "../access/access.js";
import type { Caller } from "../access/caller.js";
import { present } from "../core/assert.js";
import { callIds, requestIdHeader } from "../core/call-ids.js";
import type { CallIds } from "../core/call-ids.js";
import type { CallRecord } from "../core/call-record.js";
import { SluiceError } from "../core/errors.js";
import { hostOf } from "./bounded-call.js";
import { requirementOf } from "./requirements.js";
import { toStatus } from "./status.js";
import type { RpcLogger } from "./status.js";

const clientMetadata = "x-sluice-client";

/** Permissions of the caller, its identity for fair scheduling, and the ids of its call. */
export type AdmittedCall = Omit<AccessGrant, "end"> & CallIds;

/** Keyed by the call's metadata, the object that the interceptor passes on to handlers. */
const admissions = new WeakMap<Metadata, AdmittedCall>();

export function admissionOf(metadata: Metadata): AdmittedCall {
  return present(admissions.get(metadata), "every call was admitted");
}

/** Rejects calls without permission, and reports the end of the others to `access`. */
export function createAdmissionInterceptor(
  access: Access,
  context: {
    readonly logger: RpcLogger;
    readonly nowMs: () => number;
    readonly onCallEnd: (record: CallRecord) => void;
  },
): ServerInterceptor {
  return ({ path }, call) => {
    const startMs = context.nowMs();
    let admission: AccessGrant | undefined;
    /** Known from the headers on, before anything is answered. */
    let ids: CallIds | undefined;
    const end = (outcome: string): void => {
      admission?.end(outcome);
      admission = undefined;
    };
    const admit = async (metadata: Metadata, own: CallIds): Promise<void> => {
      const admitted = await access.admit(callerOf(path, metadata, call));
      admission = admitted;
      const { engine, peer, client } = admitted;
      admissions.set(metadata, { engine, peer, client, ...own });
    };
    const refuse = (error: unknown, own: CallIds): void => {
      const { requestId } = own;
      const failure = toStatus(error, context.logger, { path, requestId });
      failure.metadata.set(requestIdHeader, requestId);
      call.sendStatus(failure);
      const durationMs = context.nowMs() - startMs;
      context.onCallEnd({ ...own, via: "grpc", path, status: status[failure.code], durationMs });
    };
    let isCancelled = false;
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            const own = idsOf(metadata);
            ids = own;
            admit(metadata, own).then(
              () => (isCancelled ? end("CANCELLED") : proceed(metadata)),
              (error: unknown) => refuse(error, own),
            );
          },
          onCancel() {
            isCancelled = true;
            end("CANCELLED");
          },
        }),
      sendMetadata(metadata, next) {
        if (ids !== undefined) metadata.set(requestIdHeader, ids.requestId);
        next(metadata);
      },
      sendStatus(sent, next) {
        end(status[sent.code ?? status.UNKNOWN]);
        if (ids !== undefined) sent.metadata?.set(requestIdHeader, ids.requestId);
        next(sent);
      },
    });
  };
}

function idsOf(metadata: Metadata): CallIds {
  const [requestId] = metadata.get(requestIdHeader);
  const [traceparent] = metadata.get("traceparent");
  return callIds({ requestId: requestId?.toString(), traceparent: traceparent?.toString() });
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
