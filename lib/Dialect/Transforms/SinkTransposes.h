//===- SinkTransposes.h - transposes move towards the outputs --------*- C++ -*-===//

#ifndef WEIR_LIB_DIALECT_TRANSFORMS_SINKTRANSPOSES_H
#define WEIR_LIB_DIALECT_TRANSFORMS_SINKTRANSPOSES_H

#include "mlir/IR/PatternMatch.h"

namespace weir {

/// From channels last to channels first, and back.
inline constexpr int64_t kToChannelsFirst[] = {2, 0, 1};
inline constexpr int64_t kToChannelsLast[] = {1, 2, 0};

/// Patterns that move the transpose of a batched value behind the op that reads
/// it. None makes a transpose that costs more at run time than the one it
/// moves, and each moves it towards the end of the block, so they come to rest.
void populateSinkTransposePatterns(mlir::RewritePatternSet &patterns);

} // namespace weir

#endif // WEIR_LIB_DIALECT_TRANSFORMS_SINKTRANSPOSES_H
