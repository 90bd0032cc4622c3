//===- OutputFiles.cpp - What is known of files before they are written -------===//

#include "OutputFiles.h"

#include "weir/Runtime/File.h"

#include <filesystem>

namespace weir {

std::vector<std::string> filesOf(std::span<const std::string> arguments) {
  std::vector<std::string> files;
  for (const std::string &argument : arguments) {
    files.push_back(argument);
    files.push_back(argument.substr(argument.find('=') + 1));
    files.push_back(files.back().substr(0, files.back().find(':')));
  }
  return files;
}

// Whether two names are those of one file, which may not be there yet.
static bool isSameFile(const std::string &a, const std::string &b) {
  std::error_code error;
  if (std::filesystem::exists(a, error) && !isRegularFile(a))
    return false;
  if (std::filesystem::equivalent(a, b, error))
    return true;
  auto whole = [&](const std::string &path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  };
  return whole(a) == whole(b);
}

static Result<void> check(const OutputFile &output, std::span<const std::string> read) {
  const auto &[option, path] = output;
  if (path == "-")
    return fail("{} -: expected a file's name; standard output is /dev/stdout", option);
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code ignored;
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored))
    return fail("{} {}: there is no folder {}", option, path, inQuotes(folder.string()));
  if (std::filesystem::is_directory(path, ignored))
    return fail("{} {}: that is a folder; expected a file's name", option, path);
  for (const std::string &file : read)
    if (isRegularFile(path) && std::filesystem::equivalent(path, file, ignored))
      return fail("{} {}: that is what is read, and would be lost; give another name", option,
                  path);
  return {};
}

Result<void> checkOutputs(std::span<const OutputFile> outputs, std::span<const std::string> read) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].path.empty())
      continue;
    if (Result<void> good = check(outputs[i], read); !good)
      return good;
    for (size_t j = 0; j < i; ++j)
      if (!outputs[j].path.empty() && isSameFile(outputs[j].path, outputs[i].path))
        return fail("{} {}: {} {} is the same file; give each a name of its own", outputs[i].option,
                    outputs[i].path, outputs[j].option, outputs[j].path);
  }
  return {};
}

} // namespace weir
