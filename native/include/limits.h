// The limits of the machine that kernels are measured against, as bare loops run in the same process.
#ifndef SLUICE_LIMITS_H
#define SLUICE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

// What measure_limit measures: operations a second of the best of many short slices.
enum limit_kind {
  limit_dot_512 = 0,      // int8 multiply-accumulates, VPDPBUSD zmm
  limit_maddubs_256 = 1,  // int8 multiply-accumulates, VPMADDUBSW + VPMADDWD + VPADDD ymm
  limit_fma_512 = 2,      // float multiply-adds, VFMADD231PS zmm
  limit_fma_256 = 3,      // float multiply-adds, VFMADD231PS ymm
  limit_dot_neon = 4,     // int8 multiply-accumulates, SDOT
  limit_fma_neon = 5,     // float multiply-adds, FMLA
  limit_scalar = 6,       // int32 multiply-accumulates of plain C
  limit_maddwd_128 = 7,   // int16 multiply-accumulates, PMADDWD + PADDD xmm: what WASM compiles to
};

// NaN when this CPU or build cannot run the loop.
double measure_limit(uint32_t kind, double seconds);

// Seconds taken to read `length` bytes at 64 * starts[i] for each i.
double measure_read(const uint8_t *bytes, const uint32_t *starts, size_t count, uint32_t length);

#endif
