// Random jobs for the C tests. Every array is an allocation of its exact size, so that AddressSanitizer
// sees one byte too many; codes start at an odd address.
#ifndef SLUICE_TEST_RANDOM_H
#define SLUICE_TEST_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "kernels.h"

static uint64_t random_state = 88172645463325252u;

static inline uint32_t random_32(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state >> 16);
}

static inline uint32_t random_below(uint32_t end) { return random_32() % end; }

static inline uint32_t random_of(const uint32_t *values, uint32_t count) {
  return values[random_below(count)];
}

static inline float random_float(void) { return (float)random_32() / 2147483648.0f - 1.0f; }

// `size` random bytes that end where their allocation ends; `block` is what to free.
static inline uint8_t *random_bytes(size_t size, void **block) {
  const size_t shift = 1 + random_below(7);
  uint8_t *bytes = malloc(size + shift);
  if (bytes == NULL) abort();
  *block = bytes;
  // A third of the cases at the ends of the range: all zeros, all ones.
  const uint32_t how = random_below(6);
  for (size_t i = 0; i < size; i++) {
    bytes[shift + i] = how == 0 ? 0 : how == 1 ? 255 : (uint8_t)random_32();
  }
  return bytes + shift;
}

static inline int8_t *random_query(size_t count) {
  int8_t *query = malloc(count ? count : 1);
  if (query == NULL) abort();
  const uint32_t how = random_below(6);
  for (size_t i = 0; i < count; i++) {
    query[i] = how == 0 ? -63 : how == 1 ? 63 : (int8_t)((int)random_below(127) - 63);
  }
  return query;
}

static inline float *random_floats(size_t count) {
  float *values = malloc((count ? count : 1) * sizeof(float));
  if (values == NULL) abort();
  for (size_t i = 0; i < count; i++) values[i] = random_float();
  return values;
}

// A permutation of 0 to count - 1.
static inline uint16_t *random_order(uint32_t count) {
  uint16_t *order = malloc(count * sizeof(uint16_t));
  if (order == NULL) abort();
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t j = random_below(i + 1);
    order[i] = order[j];
    order[j] = (uint16_t)i;
  }
  return order;
}

static inline uint8_t *workspace_of(size_t size) {
  uint8_t *workspace = aligned_alloc(64, (size + 63) / 64 * 64);
  if (workspace == NULL) abort();
  // Kernels must not rely on what a workspace held.
  memset(workspace, 0xa5, size);
  return workspace;
}

// Offsets of `count` passages of 0 to 70 rows.
static inline uint32_t *random_offsets(size_t count) {
  static const uint32_t lengths[] = {0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70};
  uint32_t *offsets = malloc((count + 1) * sizeof(uint32_t));
  if (offsets == NULL) abort();
  offsets[0] = 0;
  for (size_t i = 0; i < count; i++) offsets[i + 1] = offsets[i] + random_of(lengths, 13);
  return offsets;
}

static inline uint32_t *random_passages(size_t count, size_t passage_total) {
  uint32_t *passages = malloc((count ? count : 1) * sizeof(uint32_t));
  if (passages == NULL) abort();
  for (size_t i = 0; i < count; i++) passages[i] = random_below((uint32_t)passage_total);
  return passages;
}

static inline uint32_t random_dim(void) {
  static const uint32_t dims[] = {16, 32, 48, 64, 80, 96, 112, 128, 240, 384, 400, 768, 1008, 1024};
  return random_of(dims, 14);
}

static inline uint32_t random_bits(void) { return 1u << random_below(4); }

#endif
