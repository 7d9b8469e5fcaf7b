// Rows to unit length, portable C: vectors of the compiler; see unit-rows.h.
#include "unit-rows.h"

int64_t unit_rows_scalar(const unit_rows_job *job) { return run_unit_rows(job); }
