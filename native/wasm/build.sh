#!/bin/sh
# Builds the WASM kernels with clang and wasm-ld into the file named, by default wasm/kernels.wasm,
# which is committed: machines without a compiler use it as it is. After a change of the sources run
# this and commit the result with kernels.wasm.sha256, which also names the compiler.
set -eu
cd "$(dirname "$0")/.."
out=${1:-wasm/kernels.wasm}
sources="wasm/exports.c src/workspaces.c src/max-sim/wasm.c src/sketch-scan/wasm.c src/rotate/wasm.c"
clang=${CLANG:-clang}

# -ffp-contract=off: see build.sh. The module has no imports and no start function.
# shellcheck disable=SC2086
"$clang" --target=wasm32 -std=c11 -O3 -msimd128 -mbulk-memory -ffreestanding -nostdlib \
  -ffp-contract=off -fno-strict-aliasing -Wall -Wextra -Iinclude -Isrc \
  -Wl,--no-entry -Wl,--strip-all -Wl,-z,stack-size=65536 -o "$out" $sources
if [ "$out" = wasm/kernels.wasm ]; then
  sha256sum "$out" | cut -d ' ' -f 1 > "$out.sha256"
  "$clang" --version | head -n 1 >> "$out.sha256"
fi
