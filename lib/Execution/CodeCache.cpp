//===- CodeCache.cpp - object code kept from run to run --------------------------------===//

#include "weir/Execution/CodeCache.h"

#include "weir/Runtime/File.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace weir;
namespace fs = std::filesystem;

// The number that the linker gave this program, which no other version of it has; empty
// if it gave none.
static std::string buildId() {
  std::string id;
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *result) {
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr) &header = info->dlpi_phdr[i];
          if (header.p_type != PT_NOTE)
            continue;
          const char *at = reinterpret_cast<const char *>(info->dlpi_addr + header.p_vaddr);
          const char *end = at + header.p_memsz;
          while (at + sizeof(ElfW(Nhdr)) <= end) {
            ElfW(Nhdr) note;
            memcpy(&note, at, sizeof note);
            const char *name = at + sizeof note;
            const char *value = name + ((note.n_namesz + 3) & ~3u);
            if (note.n_type == NT_GNU_BUILD_ID &&
                llvm::StringRef(name, note.n_namesz) == llvm::StringRef("GNU\0", 4))
              *static_cast<std::string *>(result) =
                  llvm::toHex(llvm::StringRef(value, note.n_descsz));
            at = value + ((note.n_descsz + 3) & ~3u);
          }
        }
        return 1; // The program itself comes first.
      },
      &id);
  return id;
}

static bool isOwn(const std::string &directory) {
  struct stat status;
  return stat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == geteuid() && !(status.st_mode & (S_IWGRP | S_IWOTH));
}

CodeCache::CodeCache(std::string path, uint64_t maxBytes)
    : directory(std::move(path)), maxBytes(maxBytes) {
  if (directory.empty())
    return;
  std::error_code error;
  fs::path parent = fs::path(directory).parent_path();
  if (!parent.empty())
    fs::create_directories(parent, error);
  mkdir(directory.c_str(), S_IRWXU);
  if (!isOwn(directory))
    directory.clear();
}

std::string CodeCache::key(mlir::ModuleOp module, const CompileOptions &options) const {
  static const std::string compiler = buildId();
  if (directory.empty() || compiler.empty())
    return {};
  std::string text;
  llvm::raw_string_ostream os(text);
  const CpuTarget &target = options.target;
  const RewriteOptions &rewrites = options.rewrites;
  os << compiler << '\n' << LLVM_VERSION_STRING << '\n';
  os << target.triple << '\n' << target.cpu << '\n' << target.features << '\n';
  for (int64_t number :
       {target.vectorBits, target.vectorRegisters, int64_t(target.fusedMultiplyAdd),
        target.cacheBytes, int64_t(rewrites.oneHotToEmbedding), int64_t(rewrites.foldBatchNorm),
        int64_t(rewrites.foldPad), int64_t(rewrites.splitConcat), int64_t(rewrites.foldTables),
        int64_t(rewrites.mergeDuplicates), int64_t(rewrites.convAlgorithm),
        int64_t(rewrites.winograd), rewrites.examples, int64_t(options.weights),
        options.parallelWork})
    os << number << ' ';
  os << '\n' << options.prefix << '\n';
  module->print(os, mlir::OpPrintingFlags().assumeVerified());
  llvm::XXH128_hash_t hash = llvm::xxh3_128bits(llvm::arrayRefFromStringRef(text));
  return llvm::utohexstr(hash.high64, /*LowerCase=*/true, /*Width=*/16) +
         llvm::utohexstr(hash.low64, /*LowerCase=*/true, /*Width=*/16);
}

static const char *extensionOf(KeptKind kind) {
  return kind == KeptKind::Object ? ".o" : ".tuning";
}

// A kept file is the object and its checksum, so that a damaged one is noticed.
static uint64_t checksum(llvm::StringRef object) {
  return llvm::xxh3_64bits(llvm::arrayRefFromStringRef(object));
}

std::optional<llvm::SmallVector<char, 0>> CodeCache::find(const std::string &key,
                                                          KeptKind kind) const {
  std::string path = directory + "/" + key + extensionOf(kind);
  if (key.empty() || !isRegularFile(path))
    return std::nullopt;
  Result<FileBytes> file = readFile(path);
  uint64_t expected;
  if (!file || file->size < sizeof expected)
    return std::nullopt;
  llvm::StringRef bytes(file->text());
  llvm::StringRef object = bytes.drop_back(sizeof expected);
  memcpy(&expected, object.end(), sizeof expected);
  if (checksum(object) != expected)
    return std::nullopt;
  // The time of the last change says when it was used last.
  std::error_code error;
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);
  return llvm::SmallVector<char, 0>(object.begin(), object.end());
}

// Removes the files that were unused for longest, until the rest fits. A file that is
// still being written, `KEY.o.PROCESS-NUMBER.tmp`, counts; an old one was left by a run
// that was killed.
static void prune(const std::string &directory, uint64_t most) {
  struct Kept {
    fs::path path;
    fs::file_time_type used;
    uint64_t bytes;
  };
  std::vector<Kept> files;
  uint64_t total = 0;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    // Another run may remove a file meanwhile: then it counts as nothing.
    std::error_code noTime, noSize, ignored;
    Kept file = {it->path(), it->last_write_time(noTime), it->file_size(noSize)};
    bool isOurs = false, isTemporary = false;
    for (KeptKind kind : {KeptKind::Object, KeptKind::Tuning}) {
      std::string extension = extensionOf(kind);
      isOurs |= file.path.extension() == extension;
      isTemporary |= file.path.extension() == ".tmp" &&
                     file.path.filename().string().find(extension + ".") != std::string::npos;
    }
    if (noTime || noSize || !(isOurs || isTemporary))
      continue;
    if (isTemporary && file.used < fs::file_time_type::clock::now() - std::chrono::hours(1) &&
        fs::remove(file.path, ignored))
      continue;
    total += file.bytes;
    if (!isTemporary)
      files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const Kept &a, const Kept &b) { return a.used < b.used; });
  for (const Kept &file : files) {
    if (total <= most)
      return;
    if (fs::remove(file.path, error))
      total -= file.bytes;
  }
}

void CodeCache::store(const std::string &key, llvm::ArrayRef<char> bytes, KeptKind kind) const {
  if (key.empty())
    return;
  uint64_t sum = checksum({bytes.data(), bytes.size()});
  const std::span<const std::byte> pieces[] = {std::as_bytes(std::span(bytes.data(), bytes.size())),
                                               std::as_bytes(std::span(&sum, 1))};
  if (Result<void> written = writeFile(directory + "/" + key + extensionOf(kind), pieces); !written)
    return;
  prune(directory, maxBytes);
}
