# How lit runs Weir's tests: `lit build/release/test` runs them all.

import os
import platform

import lit.formats
import lit.util

config.name = "Weir"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".weir", ".test"]
config.excludes = ["Inputs", "Unit", "Fuzz"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.weir_obj_root, "test")

# Weir's own tools first, then FileCheck, not, split-file and their like.
config.environment["PATH"] = os.path.pathsep.join(
    (os.path.join(config.weir_obj_root, "bin"), config.llvm_tools_dir, os.environ["PATH"])
)

# Every test compiles what it tests.
config.environment["WEIR_CACHE"] = "off"

config.substitutions.append(("%source_root", config.weir_src_root))
config.substitutions.append(("%weir_obj_root", config.weir_obj_root))
config.substitutions.append(("%cc", config.cc))
config.substitutions.append(("%python", config.python))

# Tests that need something say so: `REQUIRES: golden`, `UNSUPPORTED: sanitizer`.
config.available_features.add(platform.machine())
if config.sanitize:
    config.available_features.add("sanitizer")
golden = os.path.join(os.path.dirname(config.weir_src_root), "shared", "golden")
if os.path.isdir(golden):
    config.available_features.add("golden")
config.substitutions.append(("%golden", golden))
fashion_mnist = "/usr/share/datasets/fashion-mnist"
if os.path.isdir(fashion_mnist):
    config.available_features.add("fashion-mnist")
config.substitutions.append(("%fashion_mnist", fashion_mnist))
