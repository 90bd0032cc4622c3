//===- Conv.cpp - Convolutions and their patches ----------------------------------===//

#include "Kernels.h"
#include <algorithm>

namespace weir::reference {

int64_t positions(const Window &window, int64_t size, int64_t axis) {
  int64_t reach = window.dilations[axis] * (window.kernel[axis] - 1) + 1;
  return (size + window.low[axis] + window.high[axis] - reach) / window.strides[axis] + 1;
}

// to[i] += factor * from[i * step] for i below count.
static void addScaled(double *to, const double *from, int64_t step, int64_t count, double factor) {
  if (step == 1) {
    for (int64_t i = 0; i < count; ++i)
      to[i] += factor * from[i];
    return;
  }
  for (int64_t i = 0; i < count; ++i)
    to[i] += factor * from[i * step];
}

// Adds to the output plane what one element of the kernel contributes. Output (y, x)
// sees input (y * stride + shiftY, x * stride + shiftX), if that lies in the image.
static void addTap(double *out, int64_t outHeight, int64_t outWidth, const double *in,
                   int64_t height, int64_t width, int64_t shiftY, int64_t shiftX,
                   const Shape &strides, double factor) {
  int64_t first = 0;
  while (first < outWidth && first * strides[1] + shiftX < 0)
    ++first;
  int64_t end = outWidth;
  while (end > first && (end - 1) * strides[1] + shiftX >= width)
    --end;
  if (first == end)
    return;
  for (int64_t y = 0; y < outHeight; ++y) {
    int64_t inY = y * strides[0] + shiftY;
    if (inY >= 0 && inY < height)
      addScaled(out + y * outWidth + first, in + inY * width + first * strides[1] + shiftX,
                strides[1], end - first, factor);
  }
}

RefTensor conv2d(const RefTensor &input, const RefTensor &weight, const RefTensor *bias,
                 const Window &window, int64_t groups) {
  int64_t batch = input.shape[0], channels = input.shape[1];
  int64_t height = input.shape[2], width = input.shape[3];
  int64_t outputs = weight.shape[0], perGroup = weight.shape[1];
  int64_t kernelHeight = weight.shape[2], kernelWidth = weight.shape[3];
  int64_t outHeight = positions(window, height, 0), outWidth = positions(window, width, 1);
  RefTensor result{{batch, outputs, outHeight, outWidth}, {}};
  result.data.resize(volume(result.shape));
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t o = 0; o < outputs; ++o) {
      double *out = result.data.data() + (n * outputs + o) * outHeight * outWidth;
      std::fill_n(out, outHeight * outWidth, bias ? bias->data[o] : 0.0);
      int64_t firstChannel = o / (outputs / groups) * perGroup;
      for (int64_t c = 0; c < perGroup; ++c) {
        const double *in = input.data.data() + (n * channels + firstChannel + c) * height * width;
        const double *kernel = weight.data.data() + (o * perGroup + c) * kernelHeight * kernelWidth;
        for (int64_t i = 0; i < kernelHeight; ++i)
          for (int64_t j = 0; j < kernelWidth; ++j)
            addTap(out, outHeight, outWidth, in, height, width,
                   i * window.dilations[0] - window.low[0], j * window.dilations[1] - window.low[1],
                   window.strides, kernel[i * kernelWidth + j]);
      }
    }
  return result;
}

RefTensor windows(const RefTensor &input, const Window &window) {
  Shape own = rowMajor(input.shape);
  Shape shape = {input.shape[0],
                 positions(window, input.shape[1], 0),
                 positions(window, input.shape[2], 1),
                 window.kernel[0],
                 window.kernel[1],
                 input.shape[3]};
  Shape steps = {own[0],
                 own[1] * window.strides[0],
                 own[2] * window.strides[1],
                 own[1] * window.dilations[0],
                 own[2] * window.dilations[1],
                 own[3]};
  return view(input, shape, 0, steps);
}

RefTensor conv2dWeightGradient(const RefTensor &input, const RefTensor &gradient,
                               const Window &window, int64_t groups) {
  int64_t batch = input.shape[0], channels = input.shape[1];
  int64_t height = input.shape[2], width = input.shape[3];
  int64_t outputs = gradient.shape[1], rows = gradient.shape[2], columns = gradient.shape[3];
  int64_t perGroup = channels / groups;
  RefTensor result{{outputs, perGroup, window.kernel[0], window.kernel[1]}, {}};
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t c = 0; c < perGroup; ++c)
      for (int64_t i = 0; i < window.kernel[0]; ++i)
        for (int64_t j = 0; j < window.kernel[1]; ++j) {
          int64_t channel = o / (outputs / groups) * perGroup + c;
          double total = 0.0;
          for (int64_t n = 0; n < batch; ++n)
            for (int64_t y = 0; y < rows; ++y)
              for (int64_t x = 0; x < columns; ++x) {
                int64_t inY = y * window.strides[0] + i * window.dilations[0] - window.low[0];
                int64_t inX = x * window.strides[1] + j * window.dilations[1] - window.low[1];
                if (inY < 0 || inY >= height || inX < 0 || inX >= width)
                  continue;
                total += input.data[((n * channels + channel) * height + inY) * width + inX] *
                         gradient.data[((n * outputs + o) * rows + y) * columns + x];
              }
          result.data.push_back(total);
        }
  return result;
}

} // namespace weir::reference
