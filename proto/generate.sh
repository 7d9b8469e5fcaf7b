#!/bin/sh
# Makes the TypeScript types of all messages, and the descriptors that reflection publishes, from the
# proto files: proto/generate.sh [output folder [file of descriptors]].
# The options say how src/wire/definitions.ts loads the same files at run time; keep both alike.
set -eu
cd "$(dirname "$0")"
out=${1:-../src/gen/proto}
descriptors=${2:-descriptors.binpb}
rm -rf "$out"
../node_modules/.bin/proto-loader-gen-types --keepCase --longs=String --enums=String --defaults \
  --oneofs --importFileExtension=.js --includeDirs=. --outDir="$out" \
  sluice/v1/search.proto sluice/v1/documents.proto sluice/v1/collections.proto \
  sluice/v1/operations.proto google/rpc/status.proto google/rpc/error_details.proto >/dev/null
# Trees of package names serve typed stubs of grpc-js, which the doors of layers keep out of here.
rm -f "$out"/*.ts
../node_modules/.bin/buf build . --as-file-descriptor-set --exclude-source-info -o "$descriptors"
