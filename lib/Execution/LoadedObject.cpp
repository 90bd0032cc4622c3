//===- LoadedObject.cpp - object code loaded into this process ------------------------===//

#include "weir/Execution/LoadedObject.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace weir;

struct LoadedObject::Impl {
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

LoadedObject::LoadedObject(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
LoadedObject::~LoadedObject() = default;

static Error asError(llvm::Error error) { return Error{llvm::toString(std::move(error))}; }

Result<std::unique_ptr<LoadedObject>> LoadedObject::load(llvm::ArrayRef<char> object,
                                                         const std::string &name) {
  auto impl = std::make_unique<Impl>();
  llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>> jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return asError(jit.takeError());
  impl->jit = std::move(*jit);
  // What the code calls is in libm, which this process has.
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      impl->jit->getDataLayout().getGlobalPrefix());
  if (!process)
    return asError(process.takeError());
  impl->jit->getMainJITDylib().addGenerator(std::move(*process));
  auto buffer =
      llvm::MemoryBuffer::getMemBufferCopy(llvm::StringRef(object.data(), object.size()), name);
  if (llvm::Error error = impl->jit->addObjectFile(std::move(buffer)))
    return asError(std::move(error));
  return std::unique_ptr<LoadedObject>(new LoadedObject(std::move(impl)));
}

Result<void *> LoadedObject::find(const std::string &name) const {
  llvm::Expected<llvm::orc::ExecutorAddr> address = impl->jit->lookup(name);
  if (!address)
    return asError(address.takeError());
  return address->toPtr<void *>();
}
