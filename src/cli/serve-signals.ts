// Signals of a server process.

/**
 * SIGTERM and Ctrl-C stop the server, a second one ends the grace period, SIGHUP reloads, SIGUSR2
 * records a CPU profile.
 */
export interface ServeSignals {
  /** Aborted by the first SIGTERM or Ctrl-C. */
  readonly stop: AbortSignal;
  /** Sets the handler of a second signal; without one, it ends the process at once. */
  onHurry(hurry: () => void): void;
  /** Sets the handler of SIGHUP; one that was received before is handled now. */
  onReload(reload: () => void): void;
  /** Sets the handler of SIGUSR2; before, the signal does nothing. */
  onProfile(profile: () => void): void;
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
  let profile = (): void => undefined;
  process.on("SIGHUP", () => reload());
  // Not SIGUSR1, with which Node opens its debugger.
  process.on("SIGUSR2", () => profile());
  return {
    stop: controller.signal,
    onHurry(act) {
      hurry = act;
    },
    onProfile(act) {
      profile = act;
    },
    onReload(act) {
      reload = act;
      if (isReloadAsked) act();
    },
  };
}
