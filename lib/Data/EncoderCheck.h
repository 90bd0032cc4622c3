//===- EncoderCheck.h - What a field's binding has to satisfy -----------------===//
#ifndef WEIR_LIB_DATA_ENCODERCHECK_H
#define WEIR_LIB_DATA_ENCODERCHECK_H

#include "weir/Data/Encoder.h"

namespace weir {

/// Refuses a binding that contradicts itself, whoever wrote it.
Result<void> checkSpec(const FieldSpec &spec);

} // namespace weir

#endif
