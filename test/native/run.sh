#!/bin/sh
# C tests of the kernels: equality of all sets and the fuzzer under AddressSanitizer and
# UndefinedBehaviorSanitizer, then the ARM kernels under qemu-user where both tools are installed
# (Debian: gcc-aarch64-linux-gnu qemu-user). Arguments: jobs a kernel, fuzz jobs, seed.
set -eu
cd "$(dirname "$0")/../../native"
jobs=${1:-60}
fuzz_jobs=${2:-1000}
seed=${3:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

flags="-std=gnu11 -ffp-contract=off -fno-strict-aliasing -fno-math-errno -Wall -Wextra -Wno-psabi
  -Iinclude -Isrc -I../test/native"

# build COMPILER OUTPUT TEST EXTRA_FLAGS SETS
build() {
  mkdir -p "$work/objects"
  rm -f "$work"/objects/*
  for set in $5; do
    case $set in
      avx2) isa="-mavx2 -mfma" ;;
      avx512) isa="-mavx2 -mfma -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni" ;;
      neon) isa="-march=armv8.2-a+dotprod" ;;
      *) isa= ;;
    esac
    for kernel in max-sim sketch-scan rotate max-sim-float unit-rows shape-codes; do
      # shellcheck disable=SC2086
      "$1" $flags $4 $isa -c "src/$kernel/$set.c" -o "$work/objects/$kernel-$set.o"
    done
  done
  # shellcheck disable=SC2086
  "$1" $flags $4 "../test/native/$3.c" src/checks.c src/workspaces.c src/sets.c \
    "$work"/objects/*.o -o "$2" -lm
}

compiler=${CC:-cc}
if command -v "$compiler" >/dev/null 2>&1; then
  case $(uname -m) in
    x86_64 | amd64) sets="scalar avx2 avx512" ;;
    aarch64 | arm64) sets="scalar neon" ;;
    *) sets="scalar" ;;
  esac
  # -w: under sanitizers gcc cannot unroll and says so; -O1: it compiles fastest.
  sanitize="-w -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
  build "$compiler" "$work/equality" equality "$sanitize" "$sets"
  "$work/equality" "$jobs"
  build "$compiler" "$work/fuzz" fuzz "$sanitize" "$sets"
  "$work/fuzz" "$fuzz_jobs" "$seed"
else
  echo "no C compiler: the C tests are left out"
fi

cross=aarch64-linux-gnu-gcc
if command -v $cross >/dev/null 2>&1 && command -v qemu-aarch64 >/dev/null 2>&1; then
  build $cross "$work/equality-arm" equality "-O3 -static" "scalar neon"
  qemu-aarch64 "$work/equality-arm" "$((jobs / 3 + 1))"
else
  echo "no $cross or qemu-aarch64: the ARM kernels are left out"
fi
