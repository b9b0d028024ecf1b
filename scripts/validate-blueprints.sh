#!/usr/bin/env bash
# Validates blueprints: the files and folders given, or blueprints/ of this checkout. Everything goes to `fairlead validate`,
# options too; its exit code is passed on: 0 when all are good, 1 when one is not, 2 when the call is wrong.
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
named=no
for argument in "$@"; do
  case $argument in
    -*) ;;
    *) named=yes ;;
  esac
done
if [ "$named" = no ]; then
  set -- "$@" "$root/blueprints"
fi
exec "$root/bin/fairlead" validate "$@"
