// Scan of packed rows for the best inner products with one int8 row, portable C.
//
// Formula   S(d) = sum over j of c[d][j] * q[j]; keep the best by (S, lower row); I = 2S - top * sum q.
// Layout    One table of 256 sums a packed byte at 1, 2 and 4 bits: a row costs a lookup a byte.
// Registers Four sums, so that additions do not wait for one another.
#include "top-rows.h"

// Sum that each value of each packed byte of a row contributes: row_size x 256.
static void fill_tables(const sketch_scan_job *job, int32_t *tables) {
  const uint32_t bits = job->bits, per_byte = 8 / bits, top = (1u << bits) - 1;
  const uint32_t row_size = job->dim * bits / 8;
  for (uint32_t byte = 0; byte < row_size; byte++) {
    for (uint32_t value = 0; value < 256; value++) {
      int32_t sum = 0;
      for (uint32_t k = 0; k < per_byte; k++) {
        sum += job->query_row[byte * per_byte + k] * (int32_t)(value >> (k * bits) & top);
      }
      tables[byte * 256 + value] = sum;
    }
  }
}

static int32_t look_up(const uint8_t *row, uint32_t row_size, const int32_t *tables) {
  int32_t a = 0, b = 0, c = 0, d = 0;
  uint32_t i = 0;
  for (; i + 4 <= row_size; i += 4) {
    a += tables[i * 256 + row[i]];
    b += tables[i * 256 + 256 + row[i + 1]];
    c += tables[i * 256 + 512 + row[i + 2]];
    d += tables[i * 256 + 768 + row[i + 3]];
  }
  for (; i < row_size; i++) a += tables[i * 256 + row[i]];
  return a + b + c + d;
}

static int32_t multiply(const uint8_t *row, uint32_t dim, const int8_t *query) {
  int32_t sum = 0;
  for (uint32_t j = 0; j < dim; j++) sum += (int16_t)query[j] * (int16_t)row[j];
  return sum;
}

void sketch_scan_scalar(sketch_scan_job *job, uint8_t *workspace) {
  const uint32_t row_size = job->dim * job->bits / 8;
  const int32_t offset = score_offset(job);
  top_rows top = open_top_rows(take(&workspace, (size_t)job->top_count * 8), job->top_count,
                               least_score(job, offset));
  int32_t *tables = take(&workspace, (size_t)row_size * 256 * sizeof(int32_t));
  if (job->bits < 8) fill_tables(job, tables);
  for (uint32_t row = 0; row < job->row_count; row++) {
    if ((job->eligible[row / 8] >> (row % 8) & 1) == 0) continue;
    const uint8_t *codes = job->codes + (size_t)row * row_size;
    const int32_t score = job->bits < 8 ? look_up(codes, row_size, tables)
                                        : multiply(codes, job->dim, job->query_row);
    if (score >= top.threshold) offer(&top, score, row);
  }
  write_top_rows(&top, job, offset);
}
