// The machine of a measurement, as recorded in result files.

import * as z from "zod";

export const machineSchema = z.strictObject({
  cpu: z.string(),
  cores: z.int().min(1),
  /** Mean number of runnable threads in the minute before, and at the end. */
  loadBefore: z.number().min(0),
  loadAfter: z.number().min(0),
  node: z.string(),
  kernel: z.string(),
});

export type Machine = z.infer<typeof machineSchema>;
