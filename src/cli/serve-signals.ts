// The signals of a server: stop, hurry, reload.

/** SIGTERM and Ctrl-C stop, the second of them hurries, SIGHUP reloads. */
export interface ServeSignals {
  /** Aborted by the first SIGTERM or Ctrl-C. */
  readonly stop: AbortSignal;
  /** Says what a second one does; until then it ends the process at once. */
  onHurry(hurry: () => void): void;
  /** Says what SIGHUP does; one that has come before is acted upon now. */
  onReload(reload: () => void): void;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** From now on none of the three ends the process by itself. */
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
