// Scratch memory of one call, handed out in 64-byte aligned pieces.
#ifndef SLUICE_WORKSPACE_H
#define SLUICE_WORKSPACE_H

#include <stddef.h>
#include <stdint.h>

static inline size_t aligned_size(size_t size) { return (size + 63) & ~(size_t)63; }

// The next `size` bytes of the workspace; moves `*workspace` past them.
static inline void *take(uint8_t **workspace, size_t size) {
  void *piece = *workspace;
  *workspace += aligned_size(size);
  return piece;
}

static inline void copy_bytes(void *to, const void *from, size_t size) {
  __builtin_memcpy(to, from, size);
}

#endif
