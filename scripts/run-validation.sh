#!/usr/bin/env bash
# Plays the success criteria and writes their pages in validation/, as `npm run validate` does; on a fresh checkout it
# installs the locked packages first. Arguments are passed on: --check compares instead of writing, SC-00N plays that one.
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd -- "$root"
if [ ! -d node_modules ]; then
  node -e "import('./scripts/setup.mjs').then((setup) => { setup.requireNode(); setup.ensurePackages(); })"
fi
exec npm run --silent validate -- "$@"
