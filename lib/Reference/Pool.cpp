//===- Pool.cpp - Pooling ---------------------------------------------------------===//

#include "Kernels.h"
#include <cmath>
#include <limits>

namespace weir::reference {

// Each result is finish(total, inside): the total is made from `start` by visit(total,
// element) for all elements of the image in the window, and `inside` counts them.
template <class Visit, class Finish>
static RefTensor overWindows(const RefTensor &input, const Window &window, double start,
                             Visit visit, Finish finish) {
  int64_t planes = input.shape[0] * input.shape[1];
  int64_t height = input.shape[2], width = input.shape[3];
  int64_t outHeight = positions(window, height, 0), outWidth = positions(window, width, 1);
  RefTensor result{{input.shape[0], input.shape[1], outHeight, outWidth}, {}};
  for (int64_t plane = 0; plane < planes; ++plane)
    for (int64_t y = 0; y < outHeight; ++y)
      for (int64_t x = 0; x < outWidth; ++x) {
        double total = start;
        int64_t inside = 0;
        for (int64_t i = 0; i < window.kernel[0]; ++i)
          for (int64_t j = 0; j < window.kernel[1]; ++j) {
            int64_t inY = y * window.strides[0] + i - window.low[0];
            int64_t inX = x * window.strides[1] + j - window.low[1];
            if (inY < 0 || inY >= height || inX < 0 || inX >= width)
              continue;
            total = visit(total, input.data[(plane * height + inY) * width + inX]);
            ++inside;
          }
        result.data.push_back(finish(total, inside));
      }
  return result;
}

RefTensor maxPool2d(const RefTensor &input, const Window &window) {
  return overWindows(input, window, -std::numeric_limits<double>::infinity(), larger,
                     [](double largest, int64_t) { return largest; });
}

RefTensor avgPool2d(const RefTensor &input, const Window &window, bool countIncludePad) {
  int64_t whole = window.kernel[0] * window.kernel[1];
  return overWindows(
      input, window, 0.0, [](double sum, double value) { return sum + value; },
      [&](double sum, int64_t inside) {
        return sum / static_cast<double>(countIncludePad ? whole : inside);
      });
}

RefTensor maxPool2dGradient(const RefTensor &input, const RefTensor &gradient,
                            const Window &window) {
  int64_t planes = input.shape[0] * input.shape[1];
  int64_t height = input.shape[2], width = input.shape[3];
  RefTensor result{input.shape, std::vector<double>(input.data.size(), 0.0)};
  size_t next = 0;
  for (int64_t plane = 0; plane < planes; ++plane)
    for (int64_t y = 0; y < gradient.shape[2]; ++y)
      for (int64_t x = 0; x < gradient.shape[3]; ++x) {
        int64_t winner = -1;
        for (int64_t i = 0; i < window.kernel[0]; ++i)
          for (int64_t j = 0; j < window.kernel[1]; ++j) {
            int64_t inY = y * window.strides[0] + i - window.low[0];
            int64_t inX = x * window.strides[1] + j - window.low[1];
            if (inY < 0 || inY >= height || inX < 0 || inX >= width)
              continue;
            int64_t place = (plane * height + inY) * width + inX;
            double value = input.data[place];
            if (winner < 0 || value > input.data[winner] ||
                (std::isnan(value) && !std::isnan(input.data[winner])))
              winner = place;
          }
        result.data[winner] += gradient.data[next++];
      }
  return result;
}

} // namespace weir::reference
