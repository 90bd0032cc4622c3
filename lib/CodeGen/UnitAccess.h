//===- UnitAccess.h - what a unit of a kernel touches of each buffer --------*- C++ -*-===//
//
// A kernel is a loop over units of work. Where a unit touches nothing of a buffer but a part
// that no other unit touches, kernels can go through their units side by side.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_LIB_CODEGEN_UNITACCESS_H
#define WEIR_LIB_CODEGEN_UNITACCESS_H

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/MapVector.h"

namespace weir {

/// How many units there are: so many, or so many per example.
struct UnitCount {
  int64_t factor = 1;
  bool batched = false;
  bool operator==(const UnitCount &other) const {
    return factor == other.factor && batched == other.batched;
  }
};

/// Nothing if it can't be told, as where a size was read from memory (see weir.unique).
std::optional<UnitCount> countUnits(mlir::scf::ForOp kernel);

/// What the units of a kernel touch of one buffer.
struct UnitAccess {
  bool read = false, written = false;
  /// Unit i touches no elements but those from i * part on, `part` of them; 0 if units may
  /// touch anything.
  int64_t part = -1;
};

/// By buffer (see rootOf); nothing if an operation has effects that can't be told.
using UnitAccesses = llvm::MapVector<mlir::Value, UnitAccess>;
std::optional<UnitAccesses> findAccesses(mlir::scf::ForOp kernel);

/// What a load or store of one element touches if that is one and the same element in all of
/// a unit: the element's place in the unit's part.
std::optional<int64_t> placeInUnit(mlir::Operation *access, mlir::scf::ForOp kernel);

/// Whether both may go through their units side by side: what one writes and the other
/// touches is touched by both in the unit's own part only.
bool areIndependent(const UnitAccesses &first, const UnitAccesses &second);

} // namespace weir

#endif // WEIR_LIB_CODEGEN_UNITACCESS_H
