//===- LoadedObject.h - object code loaded into this process -----------------*- C++ -*-===//

#ifndef WEIR_EXECUTION_LOADEDOBJECT_H
#define WEIR_EXECUTION_LOADEDOBJECT_H

#include "weir/Runtime/Result.h"

#include "llvm/ADT/ArrayRef.h"

#include <memory>
#include <string>

namespace weir {

/// An object file, or an archive of some, linked by ORC against libc and libm of this process.
class LoadedObject {
public:
  static Result<std::unique_ptr<LoadedObject>> load(llvm::ArrayRef<char> object,
                                                    const std::string &name);
  ~LoadedObject();

  /// The address of a function; an error if there is none of the name.
  Result<void *> find(const std::string &name) const;

private:
  struct Impl;
  explicit LoadedObject(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace weir

#endif // WEIR_EXECUTION_LOADEDOBJECT_H
