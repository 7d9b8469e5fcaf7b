// Signals of a server process.

/** SIGTERM and Ctrl-C stop the server, a second one ends the grace period, SIGHUP reloads. */
export interface ServeSignals {
  /** Aborted by the first SIGTERM or Ctrl-C. */
  readonly stop: AbortSignal;
  /** Sets the handler of a second signal; without one, it ends the process at once. */
  onHurry(hurry: () => void): void;
  /** Sets the handler of SIGHUP; one that was received before is handled now. */
  onReload(reload: () => void): void;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** From now on these signals no longer end the process by default. */
export function listenForSignals(): ServeSignals {
  const controller = new AbortController();
  let hurry: (() => void) | undefined;
  let isReloadAsked = false;
  let reload = (): void => {
    isReloadAsked = true;
  };
  const onStop = (name: keyof typeof exitCodes): void => {
    if (!controller.signal.aborted) controller.abort();
    else if (hurry === undefined) process.exit(exitCodes[name]);
    else hurry();
  };
  process.on("SIGINT", onStop);
  process.on("SIGTERM", onStop);
  process.on("SIGHUP", () => reload());
  return {
    stop: controller.signal,
    onHurry(act) {
      hurry = act;
    },
    onReload(act) {
      reload = act;
      if (isReloadAsked) act();
    },
  };
}
