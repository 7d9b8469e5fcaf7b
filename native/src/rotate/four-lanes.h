// Moves between rows and columns for rotations of four rows at a time (NEON, WASM).
#ifndef SLUICE_FOUR_LANES_H
#define SLUICE_FOUR_LANES_H

INLINE void transpose_four(const floats in[4], floats out[4]) {
  const floats ab_low = __builtin_shufflevector(in[0], in[1], 0, 4, 1, 5);
  const floats ab_high = __builtin_shufflevector(in[0], in[1], 2, 6, 3, 7);
  const floats cd_low = __builtin_shufflevector(in[2], in[3], 0, 4, 1, 5);
  const floats cd_high = __builtin_shufflevector(in[2], in[3], 2, 6, 3, 7);
  out[0] = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  out[1] = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  out[2] = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  out[3] = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

static void load_columns(const float *const *rows, uint32_t dim, floats *columns) {
  for (uint32_t j = 0; j < dim; j += 4) {
    floats in[4];
    for (int i = 0; i < 4; i++) copy_bytes(&in[i], rows[i] + j, sizeof(floats));
    transpose_four(in, columns + j);
  }
}

// Four vectors of dwords, lane = row -> 16 bytes of each of `count` rows, row_size bytes apart.
INLINE void store_four(const floats *in, uint32_t count, size_t row_size, uint8_t *rows) {
  floats out[4];
  transpose_four(in, out);
  for (uint32_t i = 0; i < count; i++) copy_bytes(rows + i * row_size, &out[i], sizeof(floats));
}

static void store_rows(const floats *columns, uint32_t dim, uint32_t count, float *rows) {
  for (uint32_t j = 0; j < dim; j += 4) {
    store_four(columns + j, count, dim * sizeof(float), (uint8_t *)(rows + j));
  }
}

static void store_words(const ints *words, uint32_t word_count, uint32_t count, uint32_t row_size,
                        uint8_t *rows) {
  uint32_t word = 0;
  for (; word * 4 + 16 <= row_size; word += 4) {
    store_four((const floats *)(words + word), count, row_size, rows + word * 4);
  }
  for (; word < word_count; word++) {
    const uint32_t left = row_size - word * 4 < 4 ? row_size - word * 4 : 4;
    for (uint32_t row = 0; row < count; row++) {
      const uint32_t value = (uint32_t)words[word][row];
      copy_bytes(rows + row * row_size + word * 4, &value, left);
    }
  }
}

#endif
