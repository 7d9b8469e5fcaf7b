// Opens the engine of a data folder, and ends the calls that run when it is closed.

import { isSluiceError, SluiceError } from "../core/errors.js";
import type { EngineApi } from "../engine/api.js";
import type { FailureLog } from "../service/ingest-answers.js";
import type { EmbeddedCallOptions, EngineSettings } from "./types.js";

/** What the calls of an open folder share. */
export interface EmbeddedParts {
  readonly engine: EngineApi;
  readonly logger: FailureLog;
  /**
   * Runs a call with a signal that aborts with the caller's signal, after `deadlineMs`, and when the
   * folder is closed. An abort is thrown as SluiceError.
   */
  readonly call: <T>(
    options: EmbeddedCallOptions,
    run: (signal: AbortSignal) => Promise<T>,
  ) => Promise<T>;
  /** The same for a stream, which closing the folder ends, also while nobody reads it. */
  readonly stream: <T>(
    options: EmbeddedCallOptions,
    open: (signal: AbortSignal) => AsyncGenerator<T, void, void>,
  ) => AsyncGenerator<T, void, void>;
  close(): Promise<void>;
}

/** The parts of the program are loaded here, so that importing the package stays cheap. */
export async function openParts(
  folder: string,
  { options = {}, onWarning }: EngineSettings,
): Promise<EmbeddedParts> {
  const [{ loadConfig }, { composeEngine }, { engineOptions }, { limitEngine }, { createLogger }] =
    await Promise.all([
      import("../config/load-config.js"),
      import("../app/compose.js"),
      import("../app/engine-options.js"),
      import("../app/limit-engine.js"),
      import("../observability/logger.js"),
    ]);
  const { config } = loadConfig({ flags: { ...options, data: folder }, environment: {} });
  const level = onWarning === undefined ? "silent" : "warn";
  const logger = createLogger({ level, format: "text", write: onWarning });
  const warn = (message: string): void => logger.warn({}, message);
  const composed = await composeEngine({
    ...engineOptions(config),
    onNote: warn,
    onRecallStale: warn,
    onMaintenanceFailure: (error) => logger.error({ err: error }, "maintenance failed"),
    onStorageFailed: (error) => logger.error({ err: error }, "a write failed on disk"),
  });
  composed.notes.forEach(warn);
  const { limited, disk } = limitEngine(composed.api, config, { logger });
  const calls = createOpenCalls();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await calls.end();
    await composed.close();
    disk.close();
  };
  return {
    engine: limited,
    logger,
    call: calls.call,
    stream: calls.stream,
    close: () => (closing ??= close()),
  };
}

/** Calls in flight, so that closing can end them and wait for them. */
function createOpenCalls(): Pick<EmbeddedParts, "call" | "stream"> & { end(): Promise<void> } {
  const closed = new AbortController();
  const running = new Set<Promise<unknown>>();
  const streams = new Set<AsyncGenerator<unknown, void, void>>();
  const signalOf = ({ signal, deadlineMs }: EmbeddedCallOptions): AbortSignal => {
    const signals = [closed.signal];
    if (signal !== undefined) signals.push(signal);
    if (deadlineMs !== undefined) signals.push(AbortSignal.timeout(deadlineMs));
    return AbortSignal.any(signals);
  };
  return {
    async call(options, run) {
      const signal = signalOf(options);
      if (signal.aborted) throw abortError(signal);
      const work = run(signal);
      running.add(work);
      try {
        return await work;
      } catch (error) {
        throw signal.aborted && !isSluiceError(error) ? abortError(signal) : error;
      } finally {
        running.delete(work);
      }
    },
    async *stream(options, open) {
      const signal = signalOf(options);
      if (signal.aborted) throw abortError(signal);
      const items = open(signal);
      streams.add(items);
      try {
        yield* items;
        // A stream that closing has ended while nobody read it.
        if (closed.signal.aborted) throw abortError(signal);
      } catch (error) {
        throw signal.aborted && !isSluiceError(error) ? abortError(signal) : error;
      } finally {
        streams.delete(items);
      }
    },
    async end() {
      closed.abort(new SluiceError("NOT_READY", "the engine is closed; open the folder again"));
      await Promise.allSettled([...running, ...Array.from(streams, (items) => items.return())]);
    },
  };
}

function abortError({ reason }: AbortSignal): SluiceError {
  if (isSluiceError(reason)) return reason;
  const isLate = reason instanceof DOMException && reason.name === "TimeoutError";
  return isLate
    ? new SluiceError("DEADLINE_EXCEEDED", "the deadline passed", { cause: reason })
    : new SluiceError("CANCELLED", "the caller aborted the call", { cause: reason });
}
