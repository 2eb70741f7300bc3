# Everything one does with Maillage. Needs Python 3.11 or newer (with venv) and make, nothing else:
# whatever else is wanted goes into .venv. `make` alone lists the targets.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
# The first Python that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for one in python3 python3.14 python3.13 python3.12 python3.11 python; do \
  command -v $$one >/dev/null 2>&1 \
  && $$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  && { echo $$one; break; }; done)

BIN := .venv/bin
PIP := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pip --no-input --disable-pip-version-check -q
DONE := .venv/.done
ROOMS := contracts chassis web pages territory services/referrals services/vouchers \
  services/scheduling services/reporting services/partners deploy/embedded
# Which module each of our packages is, for deptry; editable packages do not tell.
MODULES := maillage-contracts=contracts,maillage-chassis=chassis,maillage-web=web,maillage-pages=pages,maillage-territory=territory,python-multipart=multipart
# Tests that need the whole stack run together in one process; the rest is shared by two.
PYTEST := $(BIN)/pytest -q -n 2 --dist loadgroup
ROUNDS ?= 10
# A checkout that was copied with its .venv must not run the code of the other one.
MOVED := $(shell [ "$$(cat .venv/.place 2>/dev/null)" = "$(CURDIR)" ] || echo yes)

.DEFAULT_GOAL := help
.PHONY: help up down reset status demo check test soak fix bench setup contracts territory dead \
  check-style check-types check-imports check-dependencies check-generated FORCE

help: ## Cette liste
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##
up: $(DONE)/own ## Lance la plateforme entière et rend la main quand elle répond
	@$(BIN)/maillage up

down: ## Arrête tout ; les données restent
	@if [ -x $(BIN)/maillage ]; then $(BIN)/maillage down; \
	else echo "Maillage n’est pas installé ici : il n’y a rien à arrêter."; fi

reset: $(DONE)/own ## Efface les données et repart de zéro
	@$(BIN)/maillage reset

status: $(DONE)/own ## Dit ce qui tourne, et où
	@$(BIN)/maillage status

demo: $(DONE)/own ## Raconte des parcours entiers, pas à pas
	@$(BIN)/maillage demo

check: $(DONE)/dev ## Vérifie le code sans l’exécuter (moins d’une minute)
	@$(MAKE) -j2 check-types check-style check-imports check-dependencies check-generated
	@echo "Le code est en ordre."

test: check ## Vérifie, puis teste tout sur de vrais serveurs
	@$(PYTEST) $(TESTS)

soak: $(DONE)/dev ## Joue l’année, puis répète les pannes, deux mille parcours par tour (ROUNDS=10)
	@MAILLAGE_TEST_SCENARIO=annee $(BIN)/pytest -q tests/deploy/test_scenario_on_a_stack.py
	@for round in $$(seq $(ROUNDS)); do \
	  echo "Tour $$round sur $(ROUNDS)"; MAILLAGE_TEST_JOURNEYS=2000 MAILLAGE_TEST_AWAY_S=60 \
	  $(BIN)/pytest -q tests/e2e/test_kills.py tests/e2e/test_catching_up.py || exit 1; \
	done

bench: $(DONE)/dev ## Mesure les débits et les délais, comparés dans la même course
	@$(BIN)/python -m tests.bench

fix: $(DONE)/dev ## Met le code en forme et corrige ce qui se corrige seul
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .

setup: $(DONE)/dev ## Installe tout dans .venv, outils de développement compris

contracts: $(DONE)/dev ## Récrit schémas, AsyncAPI, catalogue et dessins d’après les modèles
	@$(BIN)/python -m contracts generate

territory: $(DONE)/dev ## Récrit communes et contours d’après leurs sources
	@$(BIN)/python -m territory.derive

dead: $(DONE)/dev ## Montre le code que rien n’appelle
	@$(BIN)/vulture --min-confidence 80 $(addsuffix /src,$(ROOMS))

check-style:
	@$(BIN)/ruff check -q . && $(BIN)/ruff format --check -q .

check-types:
	@$(BIN)/mypy --no-error-summary

check-imports:
	@said=$$($(BIN)/lint-imports --no-logo) || { echo "$$said"; exit 1; }

check-dependencies:
	@status=0; for room in $(ROOMS); do \
	  said=$$(cd $$room && "$(CURDIR)/$(BIN)/deptry" src --no-ansi --package-module-name-map $(MODULES) 2>&1) \
	  || { status=1; echo "$$room :"; echo "$$said" | grep DEP; }; \
	done; exit $$status

check-generated:
	@$(BIN)/python -m contracts check && $(BIN)/python -m contracts gate

# What is installed, and when it must be installed again: a stamp per step.

$(DONE)/venv: $(if $(MOVED),FORCE)
	@test -n "$(PYTHON)" || { \
	  echo "✗ Maillage a besoin de Python 3.11 ou plus récent, et n’en trouve pas ici."; \
	  echo "  Installez-le (par exemple : apt install python3 python3-venv), ou indiquez-le : make up PYTHON=/chemin/vers/python3.12"; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "✗ Ce Python n’a pas le module venv."; \
	  echo "  Sous Debian et Ubuntu : apt install python3-venv. Puis relancez."; exit 1; }
	@echo "Préparation de .venv…"
	@$(PYTHON) -m venv --clear .venv || { \
	  echo "✗ L’environnement .venv n’a pas pu être créé (droits, disque plein ?)."; exit 1; }
	@mkdir -p $(DONE) && printf %s "$(CURDIR)" > .venv/.place && touch $@

$(DONE)/build: $(DONE)/venv requirements/build.txt
	@$(PIP) install --require-hashes -r requirements/build.txt || $(NO_NETWORK)
	@touch $@

$(DONE)/embedded: $(DONE)/build requirements/embedded.txt
	@echo "Installation des bibliothèques (une fois, quelques minutes selon le réseau)…"
	@$(PIP) install --require-hashes -r requirements/embedded.txt || $(NO_NETWORK)
	@touch $@

$(DONE)/own: $(DONE)/embedded $(addsuffix /pyproject.toml,$(ROOMS))
	@echo "Installation des paquets de Maillage…"
	@$(PIP) install --no-deps --no-build-isolation $(addprefix -e ./,$(ROOMS)) || $(NO_NETWORK)
	@touch $@

$(DONE)/dev: $(DONE)/own requirements/dev.txt
	@echo "Installation des outils de développement…"
	@$(PIP) install --require-hashes -r requirements/dev.txt || $(NO_NETWORK)
	@touch $@

NO_NETWORK = { \
  echo "✗ L’installation a échoué. Le premier lancement a besoin du réseau et d’environ 1 Go de disque :"; \
  echo "  vérifiez la connexion (et l’espace libre), puis relancez la même commande."; exit 1; }
