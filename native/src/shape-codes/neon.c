// Codes whose errors are shaped, NEON: vectors of the compiler; see shape-codes.h.
#include "shape-codes.h"

void shape_codes_neon(const shape_codes_job *job) { run_shape_codes(job); }
