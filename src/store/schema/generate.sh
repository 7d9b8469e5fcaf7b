#!/bin/sh
# Regenerates src/gen/fbs from records.fbs with flatc 2.0.8 (Debian: flatbuffers-compiler).
# The imports get the ".js" that ES modules need. Usage: generate.sh OUT_FOLDER
set -eu
out=$1
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flatc --ts -o "$work" "$here/records.fbs"
mkdir -p "$out"
for file in "$work"/sluice/disk/*.ts; do
  sed -E "s#from '(\.\./\.\./sluice/disk/)([a-z-]+)'#from './\2.js'#" "$file" > "$out/$(basename "$file")"
done
