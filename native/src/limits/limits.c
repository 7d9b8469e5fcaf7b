// Bare loops that show what the machine can do at most: 20 independent chains of the instruction
// that a kernel lives on, and plain reading. The best of many short slices counts, so that a busy
// neighbour does not lower the limit that a kernel is held against.
#define _POSIX_C_SOURCE 200809L
#include "limits.h"

#include <math.h>
#include <time.h>

enum { chains = 20, loops = 4000 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

// Operations of the best slice a second; `run` does `work` operations a call.
static double best_rate(void (*run)(void), double work, double seconds) {
  const double end = now() + seconds;
  double best = INFINITY;
  do {
    const double start = now();
    run();
    const double taken = now() - start;
    if (taken < best) best = taken;
  } while (now() < end);
  return work / best;
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx512f,avx512vnni"))) static void dot_512(void) {
  __m512i sum[chains], codes = _mm512_set1_epi8(1), query = _mm512_set1_epi8(2);
  for (int i = 0; i < chains; i++) sum[i] = _mm512_setzero_si512();
  for (int n = 0; n < loops; n++) {
#pragma GCC unroll 20
    for (int i = 0; i < chains; i++) {
      __asm__ volatile("vpdpbusd %2, %1, %0" : "+v"(sum[i]) : "v"(codes), "v"(query));
    }
  }
}

__attribute__((target("avx512f"))) static void fma_512(void) {
  __m512 sum[chains], a = _mm512_set1_ps(1), b = _mm512_set1_ps(2);
  for (int i = 0; i < chains; i++) sum[i] = _mm512_setzero_ps();
  for (int n = 0; n < loops; n++) {
#pragma GCC unroll 20
    for (int i = 0; i < chains; i++) {
      __asm__ volatile("vfmadd231ps %2, %1, %0" : "+v"(sum[i]) : "v"(a), "v"(b));
    }
  }
}

// 12 chains: 16 registers hold the sums, two operands and two temporaries.
__attribute__((target("avx2"))) static void maddubs_256(void) {
  __m256i sum[12], codes = _mm256_set1_epi8(1), query = _mm256_set1_epi8(2);
  const __m256i ones = _mm256_set1_epi16(1);
  for (int i = 0; i < 12; i++) sum[i] = _mm256_setzero_si256();
  for (int n = 0; n < loops; n++) {
#pragma GCC unroll 12
    for (int i = 0; i < 12; i++) {
      __m256i pairs;
      __asm__ volatile(
          "vpmaddubsw %3, %2, %1\n\tvpmaddwd %4, %1, %1\n\tvpaddd %1, %0, %0"
          : "+x"(sum[i]), "=&x"(pairs)
          : "x"(codes), "x"(query), "x"(ones));
    }
  }
}

__attribute__((target("avx2,fma"))) static void fma_256(void) {
  __m256 sum[12], a = _mm256_set1_ps(1), b = _mm256_set1_ps(2);
  for (int i = 0; i < 12; i++) sum[i] = _mm256_setzero_ps();
  for (int n = 0; n < loops; n++) {
#pragma GCC unroll 12
    for (int i = 0; i < 12; i++) {
      __asm__ volatile("vfmadd231ps %2, %1, %0" : "+x"(sum[i]) : "x"(a), "x"(b));
    }
  }
}
#elif defined(__aarch64__)
#include <arm_neon.h>

__attribute__((target("arch=armv8.2-a+dotprod"))) static void dot_neon(void) {
  int32x4_t sum[chains];
  const int8x16_t codes = vdupq_n_s8(1), query = vdupq_n_s8(2);
  for (int i = 0; i < chains; i++) sum[i] = vdupq_n_s32(0);
  for (int n = 0; n < loops; n++) {
#pragma GCC unroll 20
    for (int i = 0; i < chains; i++) {
      __asm__ volatile("sdot %0.4s, %1.16b, %2.16b" : "+w"(sum[i]) : "w"(codes), "w"(query));
    }
  }
}

static void fma_neon(void) {
  float32x4_t sum[chains];
  const float32x4_t a = vdupq_n_f32(1), b = vdupq_n_f32(2);
  for (int i = 0; i < chains; i++) sum[i] = vdupq_n_f32(0);
  for (int n = 0; n < loops; n++) {
#pragma GCC unroll 20
    for (int i = 0; i < chains; i++) {
      __asm__ volatile("fmla %0.4s, %1.4s, %2.4s" : "+w"(sum[i]) : "w"(a), "w"(b));
    }
  }
}
#endif

static void multiply_scalar(void) {
  uint32_t sum[8] = {0}, a = 3, b = 5;
  for (int n = 0; n < loops; n++) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
      uint32_t product = a;
      __asm__ volatile("" : "+r"(product), "+r"(b));
      sum[i] += product * b;
      __asm__ volatile("" : "+r"(sum[i]));
    }
  }
}

double measure_limit(uint32_t kind, double seconds) {
  const double steps = (double)loops;
  switch (kind) {
#if defined(__x86_64__)
    case limit_dot_512:
      if (!__builtin_cpu_supports("avx512vnni")) return NAN;
      return best_rate(dot_512, steps * chains * 64, seconds);
    case limit_fma_512:
      if (!__builtin_cpu_supports("avx512f")) return NAN;
      return best_rate(fma_512, steps * chains * 16, seconds);
    case limit_maddubs_256:
      if (!__builtin_cpu_supports("avx2")) return NAN;
      return best_rate(maddubs_256, steps * 12 * 32, seconds);
    case limit_fma_256:
      if (!__builtin_cpu_supports("fma")) return NAN;
      return best_rate(fma_256, steps * 12 * 8, seconds);
#elif defined(__aarch64__)
    case limit_dot_neon:
      return best_rate(dot_neon, steps * chains * 16, seconds);
    case limit_fma_neon:
      return best_rate(fma_neon, steps * chains * 4, seconds);
#endif
    case limit_scalar:
      return best_rate(multiply_scalar, steps * 8, seconds);
    default:
      return NAN;
  }
}

double measure_read(const uint8_t *bytes, const uint32_t *starts, size_t count, uint32_t length) {
  typedef uint64_t words __attribute__((vector_size(64), aligned(1)));
  words a = {0}, b = {0};
  const double start = now();
  for (size_t i = 0; i < count; i++) {
    const uint8_t *at = bytes + (size_t)starts[i] * 64;
    uint32_t j = 0;
    for (; j + 128 <= length; j += 128) {
      a |= *(const words *)(at + j);
      b |= *(const words *)(at + j + 64);
    }
    for (; j < length; j++) a[0] |= at[j];
  }
  const double taken = now() - start;
  a |= b;
  __asm__ volatile("" : : "r"(a[0]));
  return taken;
}
