#!/bin/sh
# golden.sh EXAMPLE.weir GOLDEN_FOLDER WORK_FOLDER OUTPUT INPUT... [-- COMPILE_OPTION...]
# Compiles the example to an object, links it into golden.c with the system's C compiler,
# and runs that on the folder's inputs.
set -eu
here=$(dirname "$0")
example=$1 golden=$2 work=$3 output=$4
shift 4
inputs="" define=""
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  inputs="$inputs $golden/$1.npy"
  shift
done
[ $# -eq 0 ] || shift
case " $* " in *" --embed-weights "*) define=-DEMBEDDED ;; esac

rm -rf "$work"
mkdir -p "$work"
weir compile "$example" --weights "$golden/weights.safetensors" --name model \
  --emit=obj -o "$work/model.o" --header "$work/model.h" "$@"
# The header lists the parameters: " *   NAME   float [...]".
sed -n 's/^ \*   \([^ ]*\)  *float \[.*$/\1/p' "$work/model.h" >"$work/names"
cc -std=c99 -D_POSIX_C_SOURCE=200809L -D_ISOC11_SOURCE -Wall -Wextra -Werror -O1 $define \
  -I "$work" "$here/golden.c" "$work/model.o" -lm -pthread -o "$work/golden"
"$work/golden" "$work/names" "$golden/weights.safetensors" "$golden/expected_$output.npy" $inputs
