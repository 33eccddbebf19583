# What a contributor runs. .ci/run is the whole check.
.PHONY: build generate test soak check bench

# One static program that needs nothing of its machine; SQLite is C.
OUT ?= authfix
build:
	CGO_ENABLED=1 go build -trimpath -tags sqlite_omit_load_extension,osusergo,netgo \
		-ldflags '-s -w -linkmode external -extldflags "-static"' -o $(OUT) .

# Compiles the YAML of the knowledge base into the file that is embedded.
generate:
	go run ./knowledge/generate

# Installs what the tests need (Debian), then runs all; a skip is a failure.
test:
	./.ci/install
	./.ci/test

# The long versions of the tests of docs/reliability.md: 200 kills, and more of
# everything else.
soak:
	./.ci/install
	SOAK=1 go test -race -count=1 -timeout 60m -v . \
		-run '^(TestKill|TestRedeliveryToProcesses|TestFrozen.*|TestDatabaseLocked|TestDiskFull|TestPostgresRestarts|TestSendsBlocked|TestServerLeavesNothing|TestMonth|TestSlackFaults)$$'

# Every example of every failure mode against all of them.
check:
	go run . check

bench:
	go test -run '^$$' -bench . -benchmem ./knowledge/...
