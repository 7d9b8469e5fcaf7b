#!/bin/sh
# Builds native/build/sluice.node with the C compiler of this machine (CC, else cc, clang or gcc), or
# OUT for ARCH with a cross compiler: see prebuild.sh.
# Each instruction set has its own flags; which set runs is decided at run time, so the result works
# on any CPU of this architecture. Without a compiler Sluice uses its WASM kernels.
set -eu
cd "$(dirname "$0")"
headers=../node_modules/node-api-headers/include

compiler=
for candidate in ${CC:-} cc clang gcc; do
  if command -v "$candidate" >/dev/null 2>&1; then compiler=$candidate && break; fi
done
if [ -z "$compiler" ]; then
  echo "no C compiler: using the WASM kernels"
  exit 0
fi

# -ffp-contract=off: a fused multiply-add where none is written would change the bits of scores.
# -Wno-psabi: vectors of the compiler are only handed to functions that are inlined.
flags="-std=c11 -O3 -fPIC -fvisibility=hidden -ffp-contract=off -fno-strict-aliasing
  -fno-math-errno -Wall -Wextra -Wno-psabi -Iinclude -Isrc -I$headers -DNAPI_VERSION=8"
common="src/checks.c src/workspaces.c src/sets.c src/limits/limits.c node/addon.c"
arch=${ARCH:-$(uname -m)}
out=${OUT:-build/sluice.node}
case $arch in
  x86_64 | amd64) sets="scalar avx2 avx512" ;;
  aarch64 | arm64) sets="scalar neon" ;;
  *) sets="scalar" ;;
esac
set_flags() {
  case $1 in
    avx2) echo "-mavx2 -mfma" ;;
    avx512) echo "-mavx2 -mfma -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni" ;;
    neon) echo "-march=armv8.2-a+dotprod" ;;
  esac
}
link="-shared"
[ "$(uname -s)" = Darwin ] && link="-bundle -undefined dynamic_lookup"

# Built beside the old one and moved into place, so that a running process keeps a whole file.
mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$(dirname "$out")/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
for source in $common; do
  # shellcheck disable=SC2086
  "$compiler" $flags -c "$source" -o "$work/$(echo "$source" | tr / -).o"
done
for set in $sets; do
  for kernel in max-sim sketch-scan rotate max-sim-float unit-rows shape-codes; do
    # shellcheck disable=SC2086,SC2046
    "$compiler" $flags $(set_flags "$set") -c "src/$kernel/$set.c" -o "$work/$kernel-$set.o"
  done
done
# shellcheck disable=SC2086
"$compiler" $link "$work"/*.o -o "$work/sluice.node" -lm
mv "$work/sluice.node" "$out"
echo "native/$out: $sets ($compiler)"
