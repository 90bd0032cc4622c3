//===- Npy.cpp - NumPy's .npy files -------------------------------------------===//
#include "weir/Data/Npy.h"
#include "weir/Runtime/Elements.h"
#include "weir/Runtime/File.h"
#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace weir {

static constexpr std::string_view magic = "\x93NUMPY";

/// A header longer than this isn't one of an array of numbers.
static constexpr size_t maxHeaderSize = 65536;

static std::string_view asText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

bool isNpy(std::span<const std::byte> bytes) { return asText(bytes).starts_with(magic); }

namespace {

struct NpyHeader {
  std::optional<FileType> type;
  std::optional<bool> fortranOrder;
  std::optional<std::vector<int64_t>> shape;
};

/// Reads the one Python literal that NumPy writes:
///   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : text(text) {}

  Result<NpyHeader> parse() {
    if (!take('{'))
      return expected("'{'");
    while (!take('}')) {
      std::optional<std::string_view> key = string();
      if (!key)
        return expected("a key in quotes");
      if (!take(':'))
        return expected("':'");
      if (Result<void> value = field(*key); !value)
        return value.takeError();
      if (!take(',') && !peek('}'))
        return expected("',' or '}'");
    }
    skipSpace();
    if (at != text.size())
      return expected("nothing after '}'");
    if (!header.type || !header.fortranOrder || !header.shape)
      return fail("the header lacks '{}'", !header.type           ? "descr"
                                           : !header.fortranOrder ? "fortran_order"
                                                                  : "shape");
    return std::move(header);
  }

private:
  Result<void> field(std::string_view key) {
    bool twice = (key == "descr" && header.type) || (key == "shape" && header.shape) ||
                 (key == "fortran_order" && header.fortranOrder);
    if (twice)
      return fail("the header has {} twice", inQuotes(key));
    if (key == "descr")
      return type();
    if (key == "fortran_order")
      return order();
    if (key == "shape")
      return sizes();
    return fail("the header has the unknown key {}; expected descr, fortran_order and shape",
                inQuotes(key));
  }

  Result<void> type() {
    if (peek('['))
      return fail("the array is structured (several fields per element); expected plain numbers");
    std::optional<std::string_view> descr = string();
    if (!descr)
      return expected("a type in quotes");
    static constexpr std::pair<std::string_view, FileType> types[] = {
        {"f8", FileType::F64}, {"f4", FileType::F32}, {"f2", FileType::F16},
        {"i8", FileType::I64}, {"i4", FileType::I32}, {"i2", FileType::I16},
        {"i1", FileType::I8},  {"u8", FileType::U64}, {"u4", FileType::U32},
        {"u2", FileType::U16}, {"u1", FileType::U8},  {"b1", FileType::Bool}};
    for (auto [name, type] : types)
      if (descr->size() == 3 && descr->substr(1) == name &&
          ((*descr)[0] == '<' || (byteSize(type) == 1 && (*descr)[0] == '|')))
        header.type = type;
    if (!header.type)
      return fail("the element type {} is not supported; expected little-endian numbers or "
                  "booleans: <f8 <f4 <f2 <i8 <i4 <i2 |i1 <u8 <u4 <u2 |u1 |b1",
                  inQuotes(*descr));
    return {};
  }

  Result<void> order() {
    skipSpace();
    for (bool value : {false, true}) {
      std::string_view word = value ? "True" : "False";
      if (text.substr(at).starts_with(word)) {
        at += word.size();
        header.fortranOrder = value;
        return {};
      }
    }
    return expected("True or False");
  }

  Result<void> sizes() {
    if (!take('('))
      return expected("'('");
    std::vector<int64_t> shape;
    while (!take(')')) {
      skipSpace();
      int64_t size;
      auto [end, code] = std::from_chars(text.data() + at, text.data() + text.size(), size);
      if (code == std::errc::result_out_of_range)
        return fail("a size in the shape is too large, at character {} of the header", at);
      if (code != std::errc() || size < 0)
        return expected("a size of 0 or more");
      if (shape.size() == kMaxRank)
        return fail("more than {} axes", kMaxRank);
      shape.push_back(size);
      at = static_cast<size_t>(end - text.data());
      if (!take(',') && !peek(')'))
        return expected("',' or ')'");
    }
    header.shape = std::move(shape);
    return {};
  }

  void skipSpace() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n'))
      ++at;
  }
  bool peek(char c) {
    skipSpace();
    return at < text.size() && text[at] == c;
  }
  bool take(char c) {
    bool found = peek(c);
    at += found;
    return found;
  }
  /// A string in either quotes, without escapes.
  std::optional<std::string_view> string() {
    if (!peek('\'') && !peek('"'))
      return std::nullopt;
    size_t end = text.find(text[at], at + 1);
    if (end == std::string_view::npos)
      return std::nullopt;
    std::string_view content = text.substr(at + 1, end - at - 1);
    at = end + 1;
    return content;
  }
  Error expected(std::string_view what) {
    skipSpace();
    return fail("expected {} at character {} of the header, found {}", what, at,
                at < text.size() ? inQuotes(text.substr(at, 16)) : "its end");
  }

  std::string_view text;
  size_t at = 0;
  NpyHeader header;
};

} // namespace

/// From column-major, as the tensor's elements are on entry, to row-major.
template <class T>
static void transposeFromFortran(const T *from, T *to, std::span<const int64_t> shape) {
  int64_t count = *elementCount(shape);
  if (count == 0)
    return; // the strides might overflow
  std::vector<int64_t> index(shape.size(), 0), strides(shape.size(), 1);
  for (size_t axis = 1; axis < shape.size(); ++axis)
    strides[axis] = strides[axis - 1] * shape[axis - 1];
  int64_t source = 0;
  for (int64_t i = 0; i < count; ++i) {
    to[i] = from[source];
    for (size_t axis = shape.size(); axis-- > 0;) {
      source += strides[axis];
      if (++index[axis] < shape[axis])
        break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

static Result<Tensor> fromFortran(const Tensor &tensor) {
  Result<Tensor> result = Tensor::uninitialized(tensor.dtype, tensor.shape);
  if (!result)
    return result;
  if (tensor.dtype == DType::F32)
    transposeFromFortran(tensor.f32(), result->f32(), tensor.shape);
  else
    transposeFromFortran(tensor.i64(), result->i64(), tensor.shape);
  return result;
}

Result<Tensor> parseNpy(std::span<const std::byte> bytes) {
  if (!isNpy(bytes))
    return fail("not a .npy file: it doesn't begin with the bytes 93 'NUMPY'");
  if (bytes.size() < magic.size() + 2)
    return fail("the header is truncated");
  unsigned version = static_cast<unsigned>(bytes[magic.size()]);
  if (version < 1 || version > 3)
    return fail("version {} of the .npy format; expected 1, 2 or 3", version);
  size_t lengthSize = version == 1 ? 2 : 4;
  size_t start = magic.size() + 2 + lengthSize;
  if (bytes.size() < start)
    return fail("the header is truncated");
  uint32_t length = 0;
  std::memcpy(&length, bytes.data() + magic.size() + 2, lengthSize);
  if (length > maxHeaderSize)
    return fail("the header has {} bytes; at most {} are supported", length, maxHeaderSize);
  if (length > bytes.size() - start)
    return fail("the header has {} bytes, but only {} follow: the file is truncated", length,
                bytes.size() - start);

  Result<NpyHeader> header = HeaderParser(asText(bytes.subspan(start, length))).parse();
  if (!header)
    return header.takeError();
  Result<Tensor> tensor = readElements(*header->type, ByteOrder::Little, std::move(*header->shape),
                                       bytes.subspan(start + length));
  if (!tensor || !*header->fortranOrder || tensor->shape.size() < 2)
    return tensor;
  return fromFortran(*tensor);
}

Result<Tensor> readNpy(const std::string &path) {
  Result<FileBytes> file = readFile(path);
  if (!file)
    return file.takeError();
  Result<Tensor> tensor = parseNpy(file->bytes());
  if (!tensor)
    return inside(path, tensor.takeError());
  return tensor;
}

Result<void> writeNpy(const std::string &path, const Tensor &tensor) {
  std::string dict =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                  tensor.dtype == DType::F32 ? "<f4" : "<i8", fmt::join(tensor.shape, ", "),
                  tensor.shape.size() == 1 ? "," : "");
  std::string header(magic);
  header += {'\x01', '\x00'};
  // NumPy pads so that the elements begin at a multiple of 64 bytes.
  size_t unpadded = header.size() + 2 + dict.size() + 1;
  dict.append((64 - unpadded % 64) % 64, ' ');
  dict += '\n';
  header += static_cast<char>(dict.size() & 0xFF);
  header += static_cast<char>(dict.size() >> 8);
  header += dict;
  std::span<const std::byte> pieces[] = {std::as_bytes(std::span(header.data(), header.size())),
                                         tensor.bytes()};
  return writeFile(path, pieces);
}

} // namespace weir
