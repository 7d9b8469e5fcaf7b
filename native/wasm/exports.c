// What the WASM module exports. The host (src/kernels/wasm.ts) lays out the module's memory: it copies
// arguments in above heap_start, passes addresses, and copies results out. All checks are the host's.
#include "../src/sketch-scan/scan-wasm.h"
#include "kernels.h"

#define EXPORT(name) __attribute__((export_name(name)))

extern uint8_t __heap_base;

EXPORT("heapStart") uint32_t heap_start(void) { return ((uint32_t)&__heap_base + 63) & ~63u; }

EXPORT("maxSimWorkspace")
uint32_t wasm_max_sim_workspace(uint32_t query_row_count, uint32_t dim, uint32_t bits) {
  const max_sim_job job = {.query_row_count = query_row_count, .dim = dim, .bits = bits};
  return max_sim_workspace(&job);
}

EXPORT("maxSim")
void wasm_max_sim(const int8_t *query_rows, const float *row_scales, uint32_t query_row_count,
                  const uint8_t *codes, uint32_t code_size, uint32_t dim, uint32_t bits,
                  const uint32_t *row_offsets, const uint32_t *passages, uint32_t passage_count,
                  float *scores, uint8_t *workspace) {
  const max_sim_job job = {
      .query_rows = query_rows,
      .row_scales = row_scales,
      .query_row_count = query_row_count,
      .codes = codes,
      .code_size = code_size,
      .dim = dim,
      .bits = bits,
      .row_offsets = row_offsets,
      .offset_count = passage_count + 1,
      .passages = passages,
      .passage_count = passage_count,
      .scores = scores,
  };
  max_sim_wasm(&job, workspace);
}

static top_rows top;

EXPORT("openScan")
void open_scan(uint64_t *heap, uint32_t top_count, const int8_t *row, uint32_t dim, uint32_t bits,
               int32_t score_min, int16_t *packed) {
  const sketch_scan_job job = {.query_row = row, .dim = dim, .bits = bits, .score_min = score_min};
  top = open_top_rows(heap, top_count, least_score(&job, score_offset(&job)));
  pack_scan_query_wasm(row, dim, bits, packed);
}

EXPORT("scanRows")
void scan_rows(const uint8_t *codes, uint32_t first_row, uint32_t row_count,
               const uint8_t *eligible, const int16_t *query, uint32_t dim, uint32_t bits) {
  const scan_part part = {codes, first_row, row_count, eligible, query};
  scan_rows_wasm(&part, dim, bits, &top);
}

// Writes what was found; returns 2 * count + (1 if ties were dropped).
EXPORT("closeScan")
uint32_t close_scan(const int8_t *row, uint32_t dim, uint32_t bits, uint32_t *out_rows,
                    int32_t *out_scores) {
  sketch_scan_job job = {
      .query_row = row,
      .dim = dim,
      .bits = bits,
      .out_rows = out_rows,
      .out_scores = out_scores,
  };
  write_top_rows(&top, &job, score_offset(&job));
  return job.count * 2 + job.ties_dropped;
}

EXPORT("rotateWorkspace") uint32_t wasm_rotate_workspace(uint32_t dim) {
  const rotate_job job = {.dim = dim};
  return rotate_workspace(&job);
}

// Rotates rows in place, or writes codes when `codes` is not 0.
EXPORT("rotate")
void wasm_rotate(float *rows, uint32_t row_count, uint32_t dim, const float *factors,
                 uint32_t round_count, uint8_t *codes, uint32_t bits, float inverse_step,
                 uint8_t *workspace) {
  const rotate_job job = {
      .rows = rows,
      .row_count = row_count,
      .dim = dim,
      .factors = factors,
      .round_count = round_count,
      .rotated = rows,
      .codes = codes,
      .bits = bits,
      .inverse_step = inverse_step,
  };
  rotate_wasm(&job, workspace);
}
