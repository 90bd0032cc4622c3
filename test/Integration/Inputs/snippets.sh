#!/bin/sh
# snippets.sh FILE.md WORK_FOLDER: every block of the language in the page passes `weir check`.
set -eu
rm -rf "$2"
mkdir -p "$2"
awk -v folder="$2" '/^```/ { inside = ($0 == "```weir"); if (inside) ++count; next }
  inside { print > (folder "/" count ".weir") }' "$1"
for snippet in "$2"/*.weir; do
  weir check "$snippet" >/dev/null
  echo checked
done
