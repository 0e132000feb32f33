#!/usr/bin/env bash
# Prepares a fresh checkout. `python`: the virtual environment; `servers`: Java, Maven, PostgreSQL, Mosquitto, Kafka, and what
# browser tests need: Chromium and a Chinese font.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

# 3.11 or newer. The distribution's own comes first: it is built with profile-guided optimisation, which most version
# managers leave out, and the hub spends a sixth less time in it (docs/measured.md). PYTHON=… says otherwise.
find_python() {
  local name
  for name in ${PYTHON:-/usr/bin/python3 python3 python3.13 python3.12 python3.11}; do
    if command -v "$name" >/dev/null &&
      "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$name"
      return
    fi
  done
  say "Python 3.11 or newer, with venv, is needed; $(python3 --version 2>/dev/null || echo 'no python3') was found. Install it, then run this again."
  exit 1
}

prepare_python() {
  local python
  python=$(find_python)
  if [ ! -x .venv/bin/python ]; then "$python" -m venv .venv; fi
  if [ ! -x .venv/bin/uv ]; then .venv/bin/python -m pip install -q uv; fi
  say "Installing what requirements.lock names…"
  .venv/bin/uv pip install -q --compile-bytecode --python .venv/bin/python --require-hashes -r requirements.lock
  local members=(-e . -e client)
  local plugin
  for plugin in plugins/*/; do members+=(-e "$plugin"); done
  .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation "${members[@]}"
  touch .venv/.ready
}

prepare_servers() {
  local lacking=()
  command -v java >/dev/null || lacking+=(default-jre-headless)
  command -v mvn >/dev/null || lacking+=(maven)
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || lacking+=(postgresql)
  [ -x /usr/sbin/mosquitto ] || command -v mosquitto >/dev/null || lacking+=(mosquitto)
  [ -e /usr/lib/*/faketime/libfaketime.so.1 ] || lacking+=(libfaketime)
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || lacking+=(chromium)
  command -v fc-list >/dev/null || lacking+=(fontconfig)
  [ -n "$(fc-list :lang=zh family 2>/dev/null)" ] || lacking+=(fonts-noto-cjk)
  if [ ${#lacking[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
      say "Connected and browser tests need: ${lacking[*]} (names of Debian packages). Install them as root; until then those tests are skipped."
      return
    fi
    say "Installing ${lacking[*]}…"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${lacking[@]}" >/dev/null
  fi
  .venv/bin/python -m hub.run.servers
}

case "${1:-}" in
  python) prepare_python ;;
  servers) prepare_servers ;;
  *) say "usage: tools/setup.sh python|servers"; exit 2 ;;
esac
