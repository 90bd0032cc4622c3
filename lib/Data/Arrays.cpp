//===- Arrays.cpp - Arrays as the command line names them ---------------------===//
#include "weir/Data/Arrays.h"
#include "Columns.h"
#include "weir/Data/Idx.h"
#include "weir/Data/Npy.h"
#include "weir/Data/Npz.h"
#include "weir/Runtime/File.h"
#include <algorithm>
#include <charconv>

namespace weir {

static constexpr std::string_view digits = "0123456789";

/// True if the text is meant as numbers rather than as a file's name.
static bool looksInline(std::string_view text) {
  return text.find_first_not_of("0123456789+-.eE,; \t") == std::string_view::npos &&
         text.find_first_of(digits) != std::string_view::npos;
}

static std::string_view trimmed(std::string_view text) {
  size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class T> static std::errc parseNumber(std::string_view text, T &value) {
  if (text.starts_with('+') && !text.starts_with("+-"))
    text.remove_prefix(1);
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc() && end != text.data() + text.size())
    return std::errc::invalid_argument;
  return code;
}

Result<Tensor> parseInlineArray(std::string_view text) {
  std::vector<std::string_view> numbers;
  int64_t rows = 0, columns = 0;
  bool integers = true;
  for (size_t start = 0; start <= text.size();) {
    size_t stop = std::min(text.find(';', start), text.size());
    std::string_view row = text.substr(start, stop - start);
    start = stop + 1;
    int64_t found = 0;
    for (size_t from = 0; from <= row.size(); ++found) {
      size_t to = std::min(row.find(',', from), row.size());
      numbers.push_back(trimmed(row.substr(from, to - from)));
      integers &= numbers.back().find_first_of(".eE") == std::string_view::npos;
      from = to + 1;
    }
    ++rows;
    if (rows == 1)
      columns = found;
    if (found != columns)
      return fail("row {} has {} numbers, the first has {}", rows, found, columns);
  }

  std::vector<int64_t> shape = {columns};
  if (rows > 1)
    shape.insert(shape.begin(), rows);
  Result<Tensor> tensor =
      Tensor::uninitialized(integers ? DType::I64 : DType::F32, std::move(shape));
  if (!tensor)
    return tensor;
  for (size_t i = 0; i < numbers.size(); ++i) {
    std::errc code = integers ? parseNumber(numbers[i], tensor->i64()[i])
                              : parseNumber(numbers[i], tensor->f32()[i]);
    if (code == std::errc::result_out_of_range)
      return fail("number {} of the list, {}, is too large or too small for {}", i + 1,
                  inQuotes(numbers[i]), integers ? "a 64-bit integer" : "a float");
    if (code != std::errc())
      return fail("found {} as number {} of the list, expected a number", inQuotes(numbers[i]),
                  i + 1);
  }
  return tensor;
}

static Result<Tensor> parseArchive(std::span<const std::byte> bytes, std::string_view key) {
  Result<NpzView> view = NpzView::parse(bytes);
  if (!view)
    return view.takeError();
  if (!key.empty())
    return view->read(key);
  std::vector<std::string> keys = view->keys();
  if (keys.size() == 1)
    return view->read(keys.front());
  for (std::string &known : keys)
    known = inQuotes(known);
  return fail("the archive holds {} arrays; name one as FILE:KEY{}{}", keys.size(),
              keys.empty() ? "" : ": ", fmt::join(keys, ", "));
}

Result<Tensor> parseArray(std::span<const std::byte> bytes, std::string_view key) {
  if (isZip(bytes))
    return parseArchive(bytes, key);
  if (!key.empty())
    return fail("only a .npz file has keys such as {}", inQuotes(key));
  if (isNpy(bytes))
    return parseNpy(bytes);
  if (isIdx(bytes) || isGzip(bytes))
    return parseIdx(bytes, IdxBytes::ScaledImages);
  return fail("not an array: expected a .npy, .npz, IDX or gzipped IDX file");
}

Result<Tensor> readArray(std::string_view spec) {
  if (looksInline(spec)) {
    Result<Tensor> tensor = parseInlineArray(spec);
    if (!tensor)
      return inside(inQuotes(spec), tensor.takeError());
    return tensor;
  }
  // A path may hold colons, and so may a key: the first split that names a file.
  std::string path(spec);
  std::string_view key;
  if (!isRegularFile(path))
    for (size_t colon = spec.find(':'); colon != std::string_view::npos;
         colon = spec.find(':', colon + 1))
      if (std::string front(spec.substr(0, colon)); isRegularFile(front)) {
        path = front;
        key = spec.substr(colon + 1);
        if (key.empty())
          return fail("{}: the key after ':' is empty", path);
        break;
      }
  if (isTableName(path)) {
    if (key.empty())
      return fail("{} is a table; name its columns as FILE:COLUMN or FILE:COLUMN,COLUMN", path);
    return readColumns(path, key);
  }
  Result<FileBytes> file = readFile(path);
  if (!file)
    return file.takeError();
  Result<Tensor> tensor = parseArray(file->bytes(), key);
  if (!tensor)
    return inside(path, tensor.takeError());
  return tensor;
}

} // namespace weir
