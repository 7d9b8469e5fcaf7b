// The engine with the quotas of the configuration, and the watch over its disk.

import type { Config } from "../config/schema.js";
import { SluiceError } from "../core/errors.js";
import type { EngineApi } from "../engine/api.js";
import { withQuotas } from "../engine/quotas.js";
import type { QuotaOptions } from "../engine/quotas.js";
import { watchDisk } from "../store/disk-space.js";
import type { DiskWatch } from "../store/disk-space.js";
import type { Reporting } from "./reports.js";

/** The data folder exists. */
export function limitEngine(
  engine: EngineApi,
  config: Config,
  reporting: Pick<Reporting, "logger">,
): { readonly limited: EngineApi; readonly disk: DiskWatch } {
  const disk = watchDiskOf(config, reporting);
  return { limited: withQuotas(engine, quotaOptionsOf(config, disk)), disk };
}

/** Logs when writes stop and when they go on. */
function watchDiskOf({ data, quotas }: Config, { logger }: Pick<Reporting, "logger">): DiskWatch {
  const { diskUsedPercentMax: usedPercentMax } = quotas;
  return watchDisk(data, {
    usedPercentMax,
    onChange(isNearlyFull, { usedRatio, freeBytes }) {
      const details = { usedPercent: Math.round(100 * usedRatio), usedPercentMax, freeBytes };
      if (isNearlyFull) logger.error(details, "the disk is nearly full; writes are rejected");
      else logger.info(details, "the disk has space again; writes are accepted");
    },
  });
}

function quotaOptionsOf({ quotas }: Config, disk: DiskWatch): QuotaOptions {
  const { serverDocumentsMax, serverBytesMax, collectionDocumentsMax, collectionBytesMax } = quotas;
  return {
    server: {
      documentsMax: serverDocumentsMax || undefined,
      bytesMax: serverBytesMax || undefined,
    },
    collection: {
      documentsMax: collectionDocumentsMax || undefined,
      bytesMax: collectionBytesMax || undefined,
    },
    clock: () => performance.now(),
    checkDisk() {
      if (!disk.isNearlyFull()) return;
      const used = Math.floor(100 * (disk.space()?.usedRatio ?? 1));
      throw new SluiceError(
        "DISK_NEARLY_FULL",
        `the disk of the data folder is ${used} % used, and writes stop at ${quotas.diskUsedPercentMax} % (quotas.diskUsedPercentMax); free some space; reads and deletes go on`,
      );
    },
  };
}
