// Codes whose errors are shaped, portable C: vectors of the compiler; see shape-codes.h.
#include "shape-codes.h"

void shape_codes_scalar(const shape_codes_job *job) { run_shape_codes(job); }
