//===- LinkLibrary.cpp - From an object to a shared library -------------------===//

#include "LinkLibrary.h"

#include "weir/Runtime/File.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

namespace weir {

static std::string findCompiler() {
  for (const char *name : {"cc", "gcc", "clang", "clang-22"})
    if (llvm::ErrorOr<std::string> path = llvm::sys::findProgramByName(name))
      return *path;
  return "";
}

static std::string contents(const llvm::Twine &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().trim().str() : std::string();
}

Result<void> linkLibrary(std::string_view object, const std::string &path) {
  std::string compiler = findCompiler();
  if (compiler.empty())
    return fail("a shared library is linked by a C compiler, and there is none (cc, gcc, clang); "
                "install one, or write an object with --emit=obj");

  llvm::SmallString<128> folder;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("weir", folder))
    return fail("no temporary directory: {}", error.message());
  llvm::scope_exit removeFolder([&] { llvm::sys::fs::remove_directories(folder.str()); });
  std::string input = (folder + "/model.o").str(), log = (folder + "/log").str();
  // Beside the library, so that it can be renamed to it.
  llvm::SmallString<128> output;
  llvm::sys::fs::createUniquePath(path + ".%%%%%%", output, /*MakeAbsolute=*/false);
  llvm::scope_exit removeOutput([&] { llvm::sys::fs::remove(output); });
  if (Result<void> written = writeFile(input, object); !written)
    return written;

  std::string message;
  std::optional<llvm::StringRef> redirects[] = {std::nullopt, llvm::StringRef(log),
                                                llvm::StringRef(log)};
  int code = llvm::sys::ExecuteAndWait(
      compiler, {compiler, "-shared", "-o", output.str(), input, "-lm"}, std::nullopt, redirects,
      /*SecondsToWait=*/0, /*MemoryLimit=*/0, &message);
  if (code != 0)
    return fail("{} can't link {}: {}{}", compiler, path, message, contents(log));
  if (std::error_code error = llvm::sys::fs::rename(output, path))
    return fail("{}: {}", path, error.message());
  return {};
}

} // namespace weir
