//===- ParameterFile.h - Named tensors in safetensors files -------------------===//
//
// The format: https://github.com/huggingface/safetensors (a little-endian u64 with
// the header's length, a JSON header, then the tensors' bytes).
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_RUNTIME_PARAMETERFILE_H
#define WEIR_RUNTIME_PARAMETERFILE_H

#include "weir/Runtime/Tensor.h"
#include <map>

namespace weir {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// Tensors by name, in the order in which the file (or `add`) lists them.
class ParameterFile {
public:
  /// Free text that travels with the tensors ("__metadata__"), by key.
  std::map<std::string, std::string> metadata;

  /// Appends a tensor; refuses a name that is already there.
  Result<void> add(std::string name, Tensor tensor);

  /// The tensor of that name, or null.
  Tensor *find(std::string_view name);
  const Tensor *find(std::string_view name) const;

  size_t size() const { return tensors.size(); }
  auto begin() const { return tensors.begin(); }
  auto end() const { return tensors.end(); }

private:
  std::vector<NamedTensor> tensors;
  std::map<std::string, size_t, std::less<>> places;
};

/// Reads a safetensors file: floating types as F32, integers and booleans as I64.
/// Refuses, saying what and where, anything that isn't exactly such a file: a
/// truncated one, a header that isn't the expected JSON, duplicate names, shapes
/// that overflow or don't match their bytes, bytes that two tensors or none claim.
Result<ParameterFile> readParameters(const std::string &path);

/// The same for a file in memory; messages don't name a file.
Result<ParameterFile> parseParameters(std::span<const std::byte> bytes);

/// Writes a safetensors file that PyTorch and the format's other readers load. The
/// file appears whole or not at all (see writeFile). Refuses names that aren't
/// UTF-8 and the name "__metadata__".
Result<void> writeParameters(const std::string &path, const ParameterFile &parameters);

} // namespace weir

#endif
