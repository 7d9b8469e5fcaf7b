// Every demand on a job that a kernel relies on. A job that fails a check is never run.
#ifndef SLUICE_CHECKS_H
#define SLUICE_CHECKS_H

#include "kernels.h"

// Null when the job can be run, else what is wrong with it, as a sentence part.
// `*_length`: elements that the caller's arrays hold.
const char *check_max_sim(const max_sim_job *job, size_t query_length, size_t scale_length,
                          size_t score_length);
const char *check_sketch_scan(const sketch_scan_job *job, size_t query_length,
                              size_t eligible_length, size_t row_length, size_t score_length);
const char *check_rotate(const rotate_job *job, size_t row_length, size_t factor_length,
                         size_t out_length);
const char *check_max_sim_float(const max_sim_float_job *job, size_t query_length,
                                size_t row_length, size_t score_length);
const char *check_unit_rows(const unit_rows_job *job, size_t row_length, size_t out_length,
                            size_t sum_length);
const char *check_shape_codes(const shape_codes_job *job, size_t row_length,
                              size_t direction_length, size_t order_length, size_t code_length);

#endif
