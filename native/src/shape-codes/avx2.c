// Codes whose errors are shaped, AVX2: vectors of the compiler; see shape-codes.h.
#include "shape-codes.h"

void shape_codes_avx2(const shape_codes_job *job) { run_shape_codes(job); }
