#!/bin/sh
# Proves that the committed WASM is what the sources give: the hash always, a rebuild where the same
# compiler is present (another version makes other bytes).
set -eu
cd "$(dirname "$0")/.."
expected=$(sed -n 1p wasm/kernels.wasm.sha256)
compiler=$(sed -n 2p wasm/kernels.wasm.sha256)
hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

if [ "$(hash_of wasm/kernels.wasm)" != "$expected" ]; then
  echo "native/wasm/kernels.wasm does not match its hash; run native/wasm/build.sh" >&2
  exit 1
fi
clang=${CLANG:-clang}
if ! command -v "$clang" >/dev/null 2>&1 || [ "$("$clang" --version | head -n 1)" != "$compiler" ]; then
  echo "kernels.wasm matches its hash (no rebuild: that needs $compiler)"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CLANG=$clang wasm/build.sh "$work/kernels.wasm"
if [ "$(hash_of "$work/kernels.wasm")" != "$expected" ]; then
  echo "native/wasm/kernels.wasm is not what its sources give; run native/wasm/build.sh" >&2
  exit 1
fi
echo "kernels.wasm is what its sources give"
