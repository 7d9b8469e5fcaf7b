// The machine that figures were measured on, as result files tell it.

import * as z from "zod";

export const machineSchema = z.strictObject({
  cpu: z.string(),
  cores: z.int().min(1),
  /** Mean number of threads that wanted a core in the minute before and at the end. */
  loadBefore: z.number().min(0),
  loadAfter: z.number().min(0),
  node: z.string(),
  kernel: z.string(),
});

export type Machine = z.infer<typeof machineSchema>;
