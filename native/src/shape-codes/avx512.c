// Codes whose errors are shaped, AVX-512: vectors of the compiler; see shape-codes.h.
#include "shape-codes.h"

void shape_codes_avx512(const shape_codes_job *job) { run_shape_codes(job); }
