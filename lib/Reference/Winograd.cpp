//===- Winograd.cpp - Winograd's convolution, part by part --------------------------===//

#include "weir/Dialect/IR/Winograd.h"

#include "Kernels.h"

namespace weir::reference {

// `matrix` applied along both axes to a square that is read and written element by element.
template <class Read, class Write>
static void transform(const WinogradMatrix &matrix, Read read, Write write) {
  for (int64_t i = 0; i < matrix.rows; ++i)
    for (int64_t j = 0; j < matrix.rows; ++j) {
      double sum = 0.0;
      for (int64_t u = 0; u < matrix.columns; ++u)
        for (int64_t v = 0; v < matrix.columns; ++v)
          sum += matrix.values[i * matrix.columns + u] * matrix.values[j * matrix.columns + v] *
                 read(u, v);
      write(i, j, sum);
    }
}

RefTensor winogradInput(const RefTensor &input, int64_t tile) {
  WinogradMatrix matrix = winogradInputMatrix(tile);
  int64_t n = tile + 2, channels = input.shape[3];
  Shape shape = {input.shape[0], (input.shape[1] - 2) / tile, (input.shape[2] - 2) / tile, n * n,
                 channels};
  RefTensor result{shape, std::vector<double>(volume(shape))};
  for (int64_t b = 0, at = 0; b < shape[0]; ++b)
    for (int64_t row = 0; row < shape[1]; ++row)
      for (int64_t column = 0; column < shape[2]; ++column, at += n * n * channels)
        for (int64_t c = 0; c < channels; ++c)
          transform(
              matrix,
              [&](int64_t u, int64_t v) {
                int64_t y = row * tile + u, x = column * tile + v;
                return input.data[((b * input.shape[1] + y) * input.shape[2] + x) * channels + c];
              },
              [&](int64_t i, int64_t j, double value) {
                result.data[at + (i * n + j) * channels + c] = value;
              });
  return result;
}

RefTensor winogradWeight(const RefTensor &input, int64_t tile) {
  WinogradMatrix matrix = winogradWeightMatrix(tile);
  int64_t n = tile + 2, outputs = input.shape[0], channels = input.shape[1];
  RefTensor result{{n * n, channels, outputs}, std::vector<double>(n * n * channels * outputs)};
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t c = 0; c < channels; ++c)
      transform(
          matrix,
          [&](int64_t u, int64_t v) { return input.data[((o * channels + c) * 3 + u) * 3 + v]; },
          [&](int64_t i, int64_t j, double value) {
            result.data[((i * n + j) * channels + c) * outputs + o] = value;
          });
  return result;
}

RefTensor winogradOutput(const RefTensor &input, int64_t tile, int64_t height, int64_t width) {
  WinogradMatrix matrix = winogradOutputMatrix(tile);
  int64_t n = tile + 2, channels = input.shape[4];
  RefTensor result{{input.shape[0], height, width, channels},
                   std::vector<double>(input.shape[0] * height * width * channels)};
  for (int64_t b = 0, at = 0; b < input.shape[0]; ++b)
    for (int64_t row = 0; row < input.shape[1]; ++row)
      for (int64_t column = 0; column < input.shape[2]; ++column, at += n * n * channels)
        for (int64_t c = 0; c < channels; ++c)
          transform(
              matrix,
              [&](int64_t u, int64_t v) { return input.data[at + (u * n + v) * channels + c]; },
              [&](int64_t i, int64_t j, double value) {
                int64_t y = row * tile + i, x = column * tile + j;
                if (y < height && x < width)
                  result.data[((b * height + y) * width + x) * channels + c] = value;
              });
  return result;
}

} // namespace weir::reference
