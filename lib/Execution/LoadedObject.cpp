//===- LoadedObject.cpp - object code loaded into this process ------------------------===//

#include "weir/Execution/LoadedObject.h"

#include "llvm/BinaryFormat/Magic.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Object/Archive.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace weir;

struct LoadedObject::Impl {
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

LoadedObject::LoadedObject(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
LoadedObject::~LoadedObject() = default;

static Error asError(llvm::Error error) { return Error{llvm::toString(std::move(error))}; }

static llvm::Error addObject(llvm::orc::LLJIT &jit, llvm::StringRef bytes,
                             const std::string &name) {
  return jit.addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(bytes, name));
}

static llvm::Error addMembers(llvm::orc::LLJIT &jit, llvm::StringRef bytes,
                              const std::string &name) {
  auto archive = llvm::object::Archive::create(llvm::MemoryBufferRef(bytes, name));
  if (!archive)
    return archive.takeError();
  llvm::Error error = llvm::Error::success();
  for (const llvm::object::Archive::Child &child : (*archive)->children(error)) {
    llvm::Expected<llvm::StringRef> member = child.getBuffer();
    if (!member)
      return llvm::joinErrors(std::move(error), member.takeError());
    if (llvm::Error added = addObject(jit, *member, name))
      return llvm::joinErrors(std::move(error), std::move(added));
  }
  return error;
}

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
  llvm::StringRef bytes(object.data(), object.size());
  if (llvm::Error error = llvm::identify_magic(bytes) == llvm::file_magic::archive
                              ? addMembers(*impl->jit, bytes, name)
                              : addObject(*impl->jit, bytes, name))
    return asError(std::move(error));
  return std::unique_ptr<LoadedObject>(new LoadedObject(std::move(impl)));
}

Result<void *> LoadedObject::find(const std::string &name) const {
  llvm::Expected<llvm::orc::ExecutorAddr> address = impl->jit->lookup(name);
  if (!address)
    return asError(address.takeError());
  return address->toPtr<void *>();
}
