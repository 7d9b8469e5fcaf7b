// Sizes of workspaces: generous for every instruction set, so that callers need not know which runs.
#include "kernels.h"

enum {
  strip_rows_max = 32,
  fixed = 64 * 1024,  // strips, tails, lists of lines, alignment
};

static size_t strips_workspace(size_t query_rows, size_t dim, size_t coordinate_size) {
  const size_t padded = dim + 32;
  return query_rows * padded * coordinate_size         // packed query
         + strip_rows_max * padded * coordinate_size   // decoded strip
         + query_rows * (2 * strip_rows_max * 4 + 16)  // sums, maxima, row sums
         + fixed;
}

size_t max_sim_workspace(const max_sim_job *job) {
  return strips_workspace(job->query_row_count, job->dim, 2);
}

size_t max_sim_float_workspace(const max_sim_float_job *job) {
  return strips_workspace(job->query_row_count, job->dim, 4);
}

size_t sketch_scan_workspace(const sketch_scan_job *job) {
  // The scalar form keeps a table of 256 sums for each packed byte of a row.
  const size_t tables = job->bits < 8 ? (size_t)job->dim * job->bits / 8 * 1024 : 0;
  return (size_t)job->top_count * 8 + tables + fixed;
}

size_t rotate_workspace(const rotate_job *job) {
  return (size_t)job->dim * 64 + (size_t)job->dim * 16 + fixed;
}
