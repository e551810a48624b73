# Every target sets up what it needs by itself; after the first time that is quick.
# PYTHON=python3.12 chooses the interpreter, HOST=... and PORT=... where `make run` listens.

PYTHON ?= $(shell for name in .venv/bin/python python3 python3.14 python3.13 python3.12 python3.11; \
	do $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PREPARE = @$(or $(PYTHON),$(error Python 3.11 or newer is needed)) tools/prepare.py
VENV = .venv/bin/python
WITH_NODE = PATH="$(CURDIR)/.venv/bin:$$PATH"
COMPILE = @$(VENV) -m uv pip compile --quiet --universal --generate-hashes --no-annotate \
	--python-version 3.11 --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
BENCHES = bench.wire bench.hearing bench.speaking bench.conversation bench.sums bench.load

.PHONY: run run-emulated test test-generativeai check bench lock clean

run:
	$(PREPARE) run
	@exec $(VENV) app.py

# Google's engines, talking to the tests' emulator of Google's services.
run-emulated:
	$(PREPARE) run
	@exec $(VENV) -m tests.google_emulator.run

test:
	$(PREPARE) test
	@$(WITH_NODE) $(VENV) -m pytest $(ARGS); status=$$?; $(PYTHON) tools/prepare.py report; exit $$status

# The tutor on Google's former library, which cannot be installed beside the present one.
test-generativeai:
	$(PREPARE) generativeai
	@.venv-generativeai/bin/python -m pytest tests/test_generativeai.py $(ARGS)

check:
	$(PREPARE) test
	@status=0; for step in "-m ruff format --check ." "-m ruff check ." "-m mypy"; do \
		$(VENV) $$step || status=1; done; \
	$(WITH_NODE) npm run --silent check || status=1; exit $$status

bench:
	$(PREPARE) test
	@for bench in $(BENCHES); do echo "--- $$bench"; $(VENV) -m $$bench || exit 1; done

# UPGRADE=1 takes the newest versions; without it only what pyproject.toml asks for changes.
lock:
	$(PREPARE) test
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(COMPILE) --group llama --no-deps --output-file requirements-llama.lock
	$(COMPILE) pyproject.toml --extra generativeai --group test --output-file requirements-generativeai.lock
	@$(WITH_NODE) npm install --package-lock-only --silent

clean:
	rm -rf .venv .venv-generativeai node_modules .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
