# The targets a contributor needs; .ci/run is the whole check.
.PHONY: build generate test check

build:
	CGO_ENABLED=0 go build -o authfix .

# Compiles the YAML of the knowledge base into the file that is embedded.
generate:
	go run ./knowledge/generate
