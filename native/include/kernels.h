// The kernels as C sees them: one job structure a kernel, one table of functions an instruction set.
// What each kernel computes is said in src/kernels/kernels.ts; every set returns the same bits.
#ifndef SLUICE_KERNELS_H
#define SLUICE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// MaxSim of one int8 query against passages of packed codes.
typedef struct {
  const int8_t *query_rows;  // query_row_count x dim, each in [-63, 63]
  const float *row_scales;   // query_row_count
  uint32_t query_row_count;  // 1 to 512
  const uint8_t *codes;      // code_size bytes, any alignment
  size_t code_size;
  uint32_t dim;                 // a multiple of 16, 16 to 1024
  uint32_t bits;                // 1, 2, 4 or 8
  const uint32_t *row_offsets;  // offset_count
  size_t offset_count;
  const uint32_t *passages;  // passage_count
  size_t passage_count;
  float *scores;  // passage_count, out
} max_sim_job;

// Best rows of packed codes for one int8 row.
typedef struct {
  const int8_t *query_row;  // dim, each in [-63, 63]
  const uint8_t *codes;     // row_count packed rows in code_size bytes, any alignment
  size_t code_size;
  uint32_t dim;
  uint32_t bits;
  uint32_t row_count;
  const uint8_t *eligible;  // one bit a row
  uint32_t top_count;
  int32_t score_min;      // rows that score less do not take part; INT32_MIN: all do
  uint32_t *out_rows;     // top_count, out
  int32_t *out_scores;    // top_count, out
  uint32_t count;         // out: rows found
  uint32_t ties_dropped;  // out: 1 when a row left out scores as the last one
} sketch_scan_job;

// Rotation of float rows, and their codes when `codes` is not null.
typedef struct {
  const float *rows;  // row_count x dim
  size_t row_count;
  uint32_t dim;
  const float *factors;  // round_count x dim
  size_t round_count;
  float *rotated;  // row_count x dim, out, may be `rows`; used when codes is null
  uint8_t *codes;  // row_count packed rows, out, or null
  uint32_t bits;
  float inverse_step;
} rotate_job;

// MaxSim over float rows.
typedef struct {
  const float *query;  // query_row_count x dim
  uint32_t query_row_count;
  const float *rows;  // row_total x dim
  size_t row_total;
  uint32_t dim;
  const uint32_t *row_offsets;
  size_t offset_count;
  const uint32_t *passages;
  size_t passage_count;
  float *scores;
} max_sim_float_job;

// Rows brought to unit length.
typedef struct {
  const float *rows;     // row_count x dim, or null
  const int8_t *levels;  // the same as small integers when rows is null
  size_t row_count;
  uint32_t dim;
  double tolerance;     // rows whose norm is this close to 1 stay as they are
  float *out;           // row_count x dim, out, may be rows
  double *column_sums;  // dim, out
} unit_rows_job;

// Codes of rotated rows whose errors are shaped.
typedef struct {
  const float *rows;  // row_count x dim
  size_t row_count;
  uint32_t dim;
  const float *direction;  // dim
  const uint16_t *order;   // dim, each below dim
  double step;             // levels a unit
  double length_loss;      // share of its length that a code loses
  uint8_t *codes;          // row_count packed rows, out
  uint32_t bits;
} shape_codes_job;

// The workspace of a call: 64-byte aligned, at least the number of bytes that the *_workspace
// function gives for the same job. Jobs must have passed checks.h.
size_t max_sim_workspace(const max_sim_job *job);
size_t sketch_scan_workspace(const sketch_scan_job *job);
size_t rotate_workspace(const rotate_job *job);
size_t max_sim_float_workspace(const max_sim_float_job *job);

typedef struct {
  const char *name;
  void (*max_sim)(const max_sim_job *job, uint8_t *workspace);
  void (*sketch_scan)(sketch_scan_job *job, uint8_t *workspace);
  void (*rotate)(const rotate_job *job, uint8_t *workspace);
  void (*max_sim_float)(const max_sim_float_job *job, uint8_t *workspace);
  // Returns the first row that is zero or not finite; -1: there is none. Needs no workspace.
  int64_t (*unit_rows)(const unit_rows_job *job);
  // Needs no workspace.
  void (*shape_codes)(const shape_codes_job *job);
} kernel_set;

#define DECLARE_KERNELS(isa)                                                  \
  void max_sim_##isa(const max_sim_job *job, uint8_t *workspace);             \
  void sketch_scan_##isa(sketch_scan_job *job, uint8_t *workspace);           \
  void rotate_##isa(const rotate_job *job, uint8_t *workspace);               \
  void max_sim_float_##isa(const max_sim_float_job *job, uint8_t *workspace); \
  int64_t unit_rows_##isa(const unit_rows_job *job);                          \
  void shape_codes_##isa(const shape_codes_job *job);
DECLARE_KERNELS(scalar)
DECLARE_KERNELS(avx2)
DECLARE_KERNELS(avx512)
DECLARE_KERNELS(neon)
DECLARE_KERNELS(wasm)

// The sets that were compiled in and that this CPU and its system can run, fastest first; null ends.
const kernel_set *const *usable_kernel_sets(void);

#endif
