// A scan in parts: WASM sees only its own memory, so rows come a few thousand at a time.
#ifndef SLUICE_SCAN_WASM_H
#define SLUICE_SCAN_WASM_H

#include "top-rows.h"

typedef struct {
  const uint8_t *codes;  // row_count rows and 16 bytes more
  uint32_t first_row;    // number of the first row, for the result
  uint32_t row_count;
  const uint8_t *eligible;
  const int16_t *query;  // from pack_scan_query_wasm
} scan_part;

// Offers the eligible rows of a part.
void scan_rows_wasm(const scan_part *part, uint32_t dim, uint32_t bits, top_rows *top);

// Packs a query row into at most 2,048 bytes + 16 * dim.
void pack_scan_query_wasm(const int8_t *row, uint32_t dim, uint32_t bits, int16_t *packed);

#endif
