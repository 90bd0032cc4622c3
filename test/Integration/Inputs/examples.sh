#!/bin/sh
# examples.sh FOLDER: every model in the folder has a line in its comment that says how to
# check it; this runs the line, and verifies the model with the same options.
set -eu
cd "$1/.."
for model in examples/*.weir; do
  line=$(sed -n "s|^// *weir check $model||p" "$model" | head -1)
  grep -q "^// *weir check $model" "$model" || { echo "$model: no line says how to check it"; exit 1; }
  weir check $model $line >/dev/null
  # The reference takes its time with networks of this size.
  case $model in */resnet18.weir | */mobilenet.weir) batch="--batch 1" ;; *) batch="" ;; esac
  weir verify $model $line $batch >/dev/null 2>&1 || { echo "$model: not verified"; exit 1; }
  echo "$model: verified"
done
