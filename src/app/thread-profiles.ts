// CPU profiles of all threads of this process at once, by the inspector: worker threads are reached
// through the NodeWorker domain of the main thread's session.

import { Session } from "node:inspector/promises";
import type { NodeWorker } from "node:inspector/promises";
import { setTimeout as sleep } from "node:timers/promises";

export interface ThreadProfile {
  /** "main", or "worker-N" in the order in which the inspector knows the workers. */
  readonly thread: string;
  /** In the format of Chrome's DevTools, JSON. */
  readonly json: string;
}

interface Result {
  readonly profile?: object;
}

/** A message of a worker's inspector: an answer, or an event, which has no id. */
interface WorkerMessage {
  readonly id?: number;
  readonly result?: Result;
}

/**
 * Profiles of the main thread and of the workers that there are at its begin, for `durationMs` or
 * until the signal. A worker that ends meanwhile is left out.
 */
export async function recordThreads(
  durationMs: number,
  signal: AbortSignal,
): Promise<readonly ThreadProfile[]> {
  const session = new Session();
  session.connect();
  try {
    const workers = await attachToWorkers(session);
    const threads = [mainThread(session), ...workers];
    for (const thread of threads) {
      await thread.post("Profiler.enable");
      await thread.post("Profiler.start");
    }
    await sleep(durationMs, undefined, { signal }).catch(() => undefined);
    const profiles: ThreadProfile[] = [];
    for (const thread of threads) {
      const result = await thread.post("Profiler.stop");
      if (result?.profile !== undefined)
        profiles.push({ thread: thread.name, json: JSON.stringify(result.profile) });
    }
    await session.post("NodeWorker.disable");
    return profiles;
  } finally {
    session.disconnect();
  }
}

interface InspectedThread {
  readonly name: string;
  /** Undefined when the thread has ended. */
  post(method: "Profiler.enable" | "Profiler.start" | "Profiler.stop"): Promise<Result | undefined>;
}

function mainThread(session: Session): InspectedThread {
  return {
    name: "main",
    async post(method) {
      if (method === "Profiler.stop") return session.post(method);
      await session.post(method);
      return undefined;
    },
  };
}

async function attachToWorkers(session: Session): Promise<readonly InspectedThread[]> {
  const attached: NodeWorker.AttachedToWorkerEventDataType[] = [];
  const waiting = new Map<string, (result: Result | undefined) => void>();
  const ended = new Set<string>();
  session.on("NodeWorker.attachedToWorker", ({ params }) => {
    attached.push(params);
  });
  session.on("NodeWorker.receivedMessageFromWorker", ({ params: { sessionId, message } }) => {
    const { id, result } = JSON.parse(message) as WorkerMessage;
    if (id !== undefined) waiting.get(`${sessionId} ${id}`)?.(result);
  });
  session.on("NodeWorker.detachedFromWorker", ({ params: { sessionId } }) => {
    ended.add(sessionId);
    for (const [request, answer] of waiting)
      if (request.startsWith(`${sessionId} `)) answer(undefined);
  });
  // Workers are reported before this is answered.
  await session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
  let lastId = 0;
  const post = async (sessionId: string, method: string): Promise<Result | undefined> => {
    if (ended.has(sessionId)) return undefined;
    lastId += 1;
    const id = lastId;
    const answer = new Promise<Result | undefined>((resolve) => {
      waiting.set(`${sessionId} ${id}`, resolve);
    });
    const message = JSON.stringify({ id, method });
    await session.post("NodeWorker.sendMessageToWorker", { sessionId, message });
    return answer.finally(() => waiting.delete(`${sessionId} ${id}`));
  };
  return attached.map(({ sessionId, workerInfo }) => ({
    name: `worker-${workerInfo.workerId}`,
    post: (method) => post(sessionId, method),
  }));
}
