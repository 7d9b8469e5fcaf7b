// Event loop delay, which every request experiences before it is processed, and how busy the loop is.

import { monitorEventLoopDelay } from "node:perf_hooks";

/** Over the last complete second, milliseconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface EventLoopWatch {
  delay(): LoopDelay;
  /** Share of the last complete second in which the loop did not wait for events, in [0, 1]. */
  utilization(): number;
  stop(): void;
}

/** Sampling interval; the timer's own time is not counted as delay. */
const resolutionMs = 10;
const windowMs = 1000;

/** Costs a timer every 10 ms. */
export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let last: LoopDelay = { p50: 0, p90: 0, p99: 0, max: 0 };
  let loop = performance.eventLoopUtilization();
  let utilization = 0;
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  const timer = setInterval(() => {
    last = {
      p50: late(histogram.percentile(50)),
      p90: late(histogram.percentile(90)),
      p99: late(histogram.percentile(99)),
      max: late(histogram.max),
    };
    histogram.reset();
    const now = performance.eventLoopUtilization();
    ({ utilization } = performance.eventLoopUtilization(now, loop));
    loop = now;
  }, windowMs);
  timer.unref();
  return {
    delay: () => last,
    utilization: () => utilization,
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
