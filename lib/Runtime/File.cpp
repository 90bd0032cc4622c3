//===- File.cpp - Whole files in, whole files out -----------------------------===//
#include "weir/Runtime/File.h"
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace weir {

namespace {

/// A file descriptor that is closed at the end of its scope.
class Descriptor {
public:
  explicit Descriptor(int fd) : fd(fd) {}
  ~Descriptor() { (void)close(); }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;

  bool valid() const { return fd >= 0; }
  int get() const { return fd; }
  /// False, with errno set, where the system reports a failed write only now.
  bool close() {
    int closing = std::exchange(fd, -1);
    return closing < 0 || ::close(closing) == 0;
  }

private:
  int fd;
};

} // namespace

static Error systemError(const std::string &path, std::string_view what) {
  return fail("{}: {}: {}", path, what, std::generic_category().message(errno));
}

bool isRegularFile(const std::string &path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

Result<FileBytes> readFile(const std::string &path) {
  if (path.empty())
    return fail("the file name is empty");
  // O_NONBLOCK: opening a pipe that nobody writes to mustn't hang.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid())
    return systemError(path, "cannot open");
  struct stat status;
  if (::fstat(file.get(), &status) != 0)
    return systemError(path, "cannot read");
  if (S_ISDIR(status.st_mode))
    return fail("{}: is a folder, expected a file", path);
  if (!S_ISREG(status.st_mode))
    return fail("{}: is not a regular file", path);

  FileBytes result;
  size_t size = static_cast<size_t>(status.st_size);
  Result<AlignedBytes> memory = allocateAligned(size);
  if (!memory)
    return inside(path, memory.takeError());
  result.memory = std::move(*memory);
  while (result.size < size) {
    ssize_t got = ::read(file.get(), result.memory.get() + result.size, size - result.size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return systemError(path, "cannot read");
    if (got == 0)
      return fail("{}: ends after {} of {} bytes: it changed while it was read", path, result.size,
                  size);
    result.size += static_cast<size_t>(got);
  }
  return result;
}

static bool writeAll(int fd, std::span<const std::span<const std::byte>> pieces) {
  for (std::span<const std::byte> piece : pieces)
    while (!piece.empty()) {
      ssize_t written = ::write(fd, piece.data(), piece.size());
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return false;
      piece = piece.subspan(static_cast<size_t>(written));
    }
  return true;
}

/// Writes to what isn't a regular file and so can't be replaced by one.
static Result<void> writeThrough(const std::string &path,
                                 std::span<const std::span<const std::byte>> pieces) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid())
    return systemError(path, "cannot open for writing");
  if (!writeAll(file.get(), pieces) || !file.close())
    return systemError(path, "cannot write");
  return {};
}

/// Creates a file that isn't there yet beside `target`; its name is put in `name`.
static int createTemporary(const std::string &target, std::string &name) {
  static std::atomic<unsigned> counter = 0;
  for (int attempt = 0; attempt < 100; ++attempt) {
    name = fmt::format("{}.{}-{}.tmp", target, ::getpid(), counter++);
    int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST)
      return fd;
  }
  return -1;
}

/// The process that made the temporary file `name` of `target`, or 0 if it isn't one.
static pid_t writerOf(std::string_view name, std::string_view target) {
  if (!name.starts_with(target) || !name.ends_with(".tmp"))
    return 0;
  std::string_view middle = name.substr(target.size(), name.size() - target.size() - 4);
  const char *last = middle.data() + middle.size();
  pid_t process = 0;
  unsigned count = 0;
  if (!middle.starts_with('.'))
    return 0;
  std::from_chars_result read = std::from_chars(middle.data() + 1, last, process);
  if (read.ec != std::errc() || read.ptr == last || *read.ptr != '-')
    return 0;
  read = std::from_chars(read.ptr + 1, last, count);
  return read.ec == std::errc() && read.ptr == last ? std::max(process, 0) : 0;
}

void removeLeftovers(const std::string &path) {
  std::error_code error;
  std::filesystem::path target =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  if (error || !target.has_filename())
    return;
  std::vector<std::filesystem::path> left;
  std::filesystem::directory_iterator folder(target.parent_path(), error), end;
  for (; !error && folder != end; folder.increment(error))
    if (pid_t writer = writerOf(folder->path().filename().string(), target.filename().string());
        writer && ::kill(writer, 0) != 0 && errno == ESRCH)
      left.push_back(folder->path());
  for (const std::filesystem::path &file : left)
    std::filesystem::remove(file, error);
}

/// Makes a rename last through a power failure. Some file systems can't; the file
/// is there all the same, so a refusal isn't an error.
static void syncFolderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.valid())
    (void)::fsync(file.get());
}

Result<void> writeFile(const std::string &path,
                       std::span<const std::span<const std::byte>> pieces) {
  if (path.empty())
    return fail("the file name is empty");
  std::string target = path;
  struct stat status;
  bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists) {
    if (S_ISDIR(status.st_mode))
      return fail("{}: is a folder, expected a file", path);
    if (!S_ISREG(status.st_mode))
      return writeThrough(path, pieces);
    // Replace what a link points to, not the link.
    if (char *resolved = ::realpath(path.c_str(), nullptr)) {
      target = resolved;
      std::free(resolved);
    }
  }

  std::string temporary;
  Descriptor file(createTemporary(target, temporary));
  if (!file.valid())
    return systemError(path, "cannot create");
  bool written = (!exists || ::fchmod(file.get(), status.st_mode & 07777) == 0) &&
                 writeAll(file.get(), pieces) && ::fsync(file.get()) == 0 && file.close() &&
                 ::rename(temporary.c_str(), target.c_str()) == 0;
  if (!written) {
    Error error = systemError(path, "cannot write");
    ::unlink(temporary.c_str());
    return error;
  }
  syncFolderOf(target);
  return {};
}

Result<void> writeFile(const std::string &path, std::string_view text) {
  std::span<const std::byte> piece = std::as_bytes(std::span(text.data(), text.size()));
  return writeFile(path, std::span(&piece, 1));
}

} // namespace weir
