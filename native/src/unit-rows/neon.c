// Rows to unit length, NEON: vectors of the compiler; see unit-rows.h.
#include "unit-rows.h"

int64_t unit_rows_neon(const unit_rows_job *job) { return run_unit_rows(job); }
