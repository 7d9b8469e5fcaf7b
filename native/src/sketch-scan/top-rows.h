// The best rows of a scan: a bounded min-heap of (score, row) keys, and whether ties fell out.
#ifndef SLUICE_TOP_ROWS_H
#define SLUICE_TOP_ROWS_H

#include "kernels.h"
#include "workspace.h"

// Higher score first, then lower row: larger keys are better.
static inline uint64_t key_of(int32_t score, uint32_t row) {
  return (uint64_t)((uint32_t)score ^ 0x80000000u) << 32 | (0xffffffffu - row);
}
static inline int32_t key_score(uint64_t key) {
  return (int32_t)((uint32_t)(key >> 32) ^ 0x80000000u);
}
static inline uint32_t key_row(uint64_t key) { return 0xffffffffu - (uint32_t)key; }

typedef struct {
  uint64_t *heap;  // smallest at the root
  uint32_t count, capacity;
  int64_t threshold;     // rows that score less cannot enter
  int64_t best_dropped;  // best score that was left out
} top_rows;

// `least`: the score that a row must have at least.
static inline top_rows open_top_rows(uint64_t *heap, uint32_t capacity, int64_t least) {
  return (top_rows){heap, 0, capacity, capacity == 0 ? INT64_MAX : least, INT64_MIN};
}

// Places `key` at the hole `at`, moving smaller children up.
static inline void sift_down(uint64_t *heap, uint32_t count, uint32_t at, uint64_t key) {
  for (uint32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
    // Written without a branch, which would be mispredicted every other time.
    const uint32_t right = child + 1 < count ? child + 1 : child;
    child = heap[right] < heap[child] ? right : child;
    if (heap[child] >= key) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = key;
}

// Offers a row whose score is at least the threshold.
static inline void offer(top_rows *top, int32_t score, uint32_t row) {
  const uint64_t key = key_of(score, row);
  if (top->count < top->capacity) {
    uint32_t at = top->count++;
    for (; at > 0 && top->heap[(at - 1) / 2] > key; at = (at - 1) / 2) {
      top->heap[at] = top->heap[(at - 1) / 2];
    }
    top->heap[at] = key;
  } else {
    const uint64_t least = top->heap[0];
    const int64_t dropped = key > least ? key_score(least) : score;
    if (dropped > top->best_dropped) top->best_dropped = dropped;
    if (key > least) sift_down(top->heap, top->count, 0, key);
  }
  if (top->count < top->capacity) return;
  // Rows come in ascending order, so a tie with the last entry is left out; once one is noted, the
  // others need not be looked at.
  const int64_t least = key_score(top->heap[0]);
  top->threshold = top->best_dropped == least ? least + 1 : least;
}

// Writes the rows best first. A score S = sum q * c becomes I = 2S - offset.
static inline void write_top_rows(top_rows *top, sketch_scan_job *job, int32_t offset) {
  job->count = top->count;
  job->ties_dropped = top->count > 0 && key_score(top->heap[0]) == top->best_dropped;
  while (top->count > 0) {
    const uint64_t least = top->heap[0];
    const uint32_t last = --top->count;
    sift_down(top->heap, last, 0, top->heap[last]);
    job->out_rows[last] = key_row(least);
    job->out_scores[last] = 2 * key_score(least) - offset;
  }
}

// The least score S that I = 2S - offset >= score_min allows.
static inline int64_t least_score(const sketch_scan_job *job, int32_t offset) {
  return ((int64_t)job->score_min + offset + 1) >> 1;
}

// (2^bits - 1) * sum of the query row.
static inline int32_t score_offset(const sketch_scan_job *job) {
  int32_t sum = 0;
  for (uint32_t j = 0; j < job->dim; j++) sum += job->query_row[j];
  return ((1 << job->bits) - 1) * sum;
}

// Eligible bits of 16 rows from `row`, a multiple of 8; bits past row_count are 0.
static inline uint32_t eligible_16(const sketch_scan_job *job, uint32_t row) {
  const uint32_t left = job->row_count - row;
  uint32_t bits = job->eligible[row / 8];
  if (left > 8) bits |= (uint32_t)job->eligible[row / 8 + 1] << 8;
  return left < 16 ? bits & ((1u << left) - 1) : bits;
}

#endif
