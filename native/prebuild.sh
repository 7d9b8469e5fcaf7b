#!/bin/sh
# Builds the kernels of the npm package, build/prebuilt/PLATFORM-ARCH.node, with Debian's compilers
# for x64 and arm64 (gcc, gcc-aarch64-linux-gnu). A compiler that is absent is named, and the package
# then has no kernels for its platform: Sluice uses its WASM kernels there.
set -eu
cd "$(dirname "$0")"
# The C library of the oldest systems that the binaries of Node 20 run on.
glibc_max=2.28

for target in linux-x64:x86_64 linux-arm64:aarch64; do
  name=${target%:*}
  arch=${target#*:}
  compiler=$arch-linux-gnu-gcc
  out=../build/prebuilt/$name.node
  if ! command -v "$compiler" >/dev/null 2>&1; then
    echo "no $compiler: no kernels for $name"
    continue
  fi
  if [ -f "$out" ] && [ -z "$(find . -path ./build -prune -o -newer "$out" -type f -print)" ]; then continue; fi
  CC=$compiler ARCH=$arch OUT=$out sh build.sh
  "$arch-linux-gnu-strip" --strip-unneeded "$out"
  newest=$("$arch-linux-gnu-objdump" -T "$out" | sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -uV | tail -n 1)
  if [ "$(printf '%s\n' "$newest" $glibc_max | sort -V | tail -n 1)" != $glibc_max ]; then
    echo "$out needs glibc $newest; it must run with $glibc_max"
    rm "$out"
    exit 1
  fi
done
