// Bare loops that show what the machine can do at most: 20 independent chains of the instruction
// that a kernel lives on, and plain reading. The best of many short slices counts, so that a busy
// neighbour does not lower the limit that a kernel is held against.
#define _POSIX_C_SOURCE 200809L
#include "limits.h"

#include <math.h>
#include <time.h>

enum { chains = 20, loops = 4000 };  // a slice takes about 10 microseconds

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

// The loops are assembly with fixed registers: no compiler may spill what is being measured.
#define TIMES_20(x)                                                                           \
  x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7) x(8) x(9) x(10) x(11) x(12) x(13) x(14) x(15) x(16) \
      x(17) x(18) x(19)
#define TIMES_10(x) x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7) x(8) x(9)

#if defined(__x86_64__)
#define LOOP(instructions, ...)                                  \
  uint32_t count = loops;                                        \
  __asm__ volatile("1:\n\t" instructions "subl $1, %0\n\tjnz 1b" \
                   : "+r"(count)                                 \
                   :                                             \
                   : "cc", __VA_ARGS__)

#define XMM_16                                                                             \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
      "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
#define XMM_32                                                                             \
  XMM_16, "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", \
      "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31"

#define DOT_512(n) "vpdpbusd %%zmm30, %%zmm31, %%zmm" #n "\n\t"
__attribute__((target("avx512f,avx512vnni"))) static void dot_512(void) {
  LOOP(TIMES_20(DOT_512), XMM_32);
}

#define CLEAR_512(n) "vpxord %%zmm" #n ", %%zmm" #n ", %%zmm" #n "\n\t"
#define FMA_512(n) "vfmadd231ps %%zmm30, %%zmm31, %%zmm" #n "\n\t"
__attribute__((target("avx512f"))) static void fma_512(void) {
  // Cleared first: what the registers held could be denormal, and slow.
  __asm__ volatile(TIMES_20(CLEAR_512) CLEAR_512(30) CLEAR_512(31) : : : XMM_32);
  LOOP(TIMES_20(FMA_512), XMM_32);
}

#define MADDUBS_256(n)                                                             \
  "vpmaddubsw %%ymm15, %%ymm14, %%ymm13\n\tvpmaddwd %%ymm15, %%ymm13, %%ymm13\n\t" \
  "vpaddd %%ymm13, %%ymm" #n ", %%ymm" #n "\n\t"
__attribute__((target("avx2"))) static void maddubs_256(void) {
  LOOP(TIMES_10(MADDUBS_256), XMM_16);
}

#define MADDWD_128(n)                                       \
  "movdqa %%xmm14, %%xmm13\n\tpmaddwd %%xmm15, %%xmm13\n\t" \
  "paddd %%xmm13, %%xmm" #n "\n\t"
static void maddwd_128(void) { LOOP(TIMES_10(MADDWD_128), XMM_16); }

#define CLEAR_256(n) "vpxor %%ymm" #n ", %%ymm" #n ", %%ymm" #n "\n\t"
#define FMA_256(n) "vfmadd231ps %%ymm14, %%ymm15, %%ymm" #n "\n\t"
__attribute__((target("avx2,fma"))) static void fma_256(void) {
  __asm__ volatile(TIMES_10(CLEAR_256) CLEAR_256(14) CLEAR_256(15) : : : XMM_16);
  LOOP(TIMES_10(FMA_256), XMM_16);
}
#elif defined(__aarch64__)
#define LOOP(instructions)                                                                    \
  uint32_t count = loops;                                                                     \
  __asm__ volatile("1:\n\t" instructions "subs %w0, %w0, #1\n\tb.ne 1b"                       \
                   : "+r"(count)                                                              \
                   :                                                                          \
                   : "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", \
                     "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v30", "v31")

#define DOT_NEON(n) "sdot v" #n ".4s, v30.16b, v31.16b\n\t"
__attribute__((target("arch=armv8.2-a+dotprod"))) static void dot_neon(void) {
  LOOP(TIMES_20(DOT_NEON));
}

#define FMA_NEON(n) "fmla v" #n ".4s, v30.4s, v31.4s\n\t"
static void fma_neon(void) {
  __asm__ volatile("movi v30.4s, #0\n\tmovi v31.4s, #0" : : : "v30", "v31");
  LOOP(TIMES_20(FMA_NEON));
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
      return best_rate(maddubs_256, steps * 10 * 32, seconds);
    case limit_maddwd_128:
      return best_rate(maddwd_128, steps * 10 * 8, seconds);
    case limit_fma_256:
      if (!__builtin_cpu_supports("fma")) return NAN;
      return best_rate(fma_256, steps * 10 * 8, seconds);
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

// Reads by vectors of 64 bytes; where it is inlined decides which instructions that takes.
static inline __attribute__((always_inline)) void read_pieces(const uint8_t *bytes,
                                                              const uint32_t *starts, size_t count,
                                                              uint32_t length) {
  typedef uint64_t words __attribute__((vector_size(64), aligned(1)));
  words a = {0}, b = {0};
  for (size_t i = 0; i < count; i++) {
    const uint8_t *at = bytes + (size_t)starts[i] * 64;
    uint32_t j = 0;
    for (; j + 128 <= length; j += 128) {
      a |= *(const words *)(at + j);
      b |= *(const words *)(at + j + 64);
    }
    for (; j < length; j++) a[0] |= at[j];
  }
  a |= b;
  __asm__ volatile("" : : "r"(a[0]));
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static void read_512(const uint8_t *bytes,
                                                        const uint32_t *starts, size_t count,
                                                        uint32_t length) {
  read_pieces(bytes, starts, count, length);
}
__attribute__((target("avx2"))) static void read_256(const uint8_t *bytes, const uint32_t *starts,
                                                     size_t count, uint32_t length) {
  read_pieces(bytes, starts, count, length);
}
#endif

double measure_read(const uint8_t *bytes, const uint32_t *starts, size_t count, uint32_t length) {
  const double start = now();
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    read_512(bytes, starts, count, length);
  else if (__builtin_cpu_supports("avx2"))
    read_256(bytes, starts, count, length);
  else
    read_pieces(bytes, starts, count, length);
#else
  read_pieces(bytes, starts, count, length);
#endif
  return now() - start;
}
