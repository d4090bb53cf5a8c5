# The two commands of the README are `make demo` and `make test`.

.PHONY: help demo test lint conformance manifests bench soak fuzz picture

help:
	@echo 'make demo         flask-redis through hoist, on your engine or a private one'
	@echo 'make test         all checks; starts a private engine'
	@echo 'make lint         format, clippy, shellcheck'
	@echo 'make conformance  every case and example through hoist and docker compose 2.40'
	@echo 'make manifests    what validates and converts manifests against the schemas of Kubernetes and kustomize'
	@echo 'make bench        side by side with docker compose; BENCH="many plan" for parts of it'
	@echo 'make soak         every write of every command struck by every fault, for an hour'
	@echo 'make fuzz         each fuzz target for FUZZ_SECONDS (60); needs a nightly compiler'
	@echo 'make picture      docs/up.svg, from a real run'

demo:
	@scripts/demo

test:
	@scripts/test

lint:
	@scripts/lint

conformance:
	@scripts/requirements
	@HOIST_ORACLE=$$(scripts/engine oracle) && export HOIST_ORACLE && cargo test --locked --quiet --test conformance

manifests:
	@scripts/requirements
	@HOIST_SCHEMAS=$$(scripts/manifests schemas) && HOIST_KUSTOMIZE=$$(scripts/manifests kustomize) && \
		export HOIST_SCHEMAS HOIST_KUSTOMIZE && cargo test --locked --quiet --test kubernetes

bench:
	@scripts/requirements
	@cargo bench --locked --bench compare --no-run
	@scripts/images
	@scripts/engine run cargo bench --locked --offline --quiet --bench compare

soak:
	@scripts/requirements
	@cargo test --locked --test engine --no-run
	@scripts/images
	@scripts/engine run env HOIST_TEST_ENGINE=1 HOIST_SOAK=1 \
		cargo test --locked --offline --test engine -- --test-threads=4 --show-output soak:: restart:: storm::

fuzz:
	@scripts/fuzz

picture:
	@scripts/requirements tmux python3
	@scripts/picture docs/up.svg
