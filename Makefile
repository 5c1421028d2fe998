# All of it is done by make.py, which does the same where there is no make: python make.py start
PYTHON ?= python3
ARGS ?=

.PHONY: start demo test lint shows

start demo test lint shows:
	@$(PYTHON) make.py $@ -- $(ARGS)
