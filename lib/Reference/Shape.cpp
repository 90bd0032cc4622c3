//===- Shape.cpp - Joining, cutting and reordering --------------------------------===//

#include "Kernels.h"

namespace weir::reference {

int64_t volume(const Shape &shape) {
  int64_t result = 1;
  for (int64_t size : shape)
    result *= size;
  return result;
}

Shape rowMajor(const Shape &shape) {
  Shape steps(shape.size());
  int64_t step = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    steps[axis] = step;
    step *= shape[axis];
  }
  return steps;
}

// Calls visit(i, start + sum of index * steps) for the i-th index of the shape in
// row-major order.
template <class Visit>
static void walk(const Shape &shape, int64_t start, const Shape &steps, Visit visit) {
  assert(shape.size() == steps.size());
  Shape index(shape.size(), 0);
  int64_t offset = start;
  for (int64_t i = 0, count = volume(shape); i < count; ++i) {
    visit(i, offset);
    for (size_t axis = shape.size(); axis-- > 0;) {
      offset += steps[axis];
      if (++index[axis] < shape[axis])
        break;
      offset -= steps[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

RefTensor view(const RefTensor &input, const Shape &shape, int64_t start, const Shape &steps) {
  RefTensor result{shape, std::vector<double>(volume(shape))};
  walk(shape, start, steps, [&](int64_t i, int64_t offset) {
    assert(offset >= 0 && offset < static_cast<int64_t>(input.data.size()));
    result.data[i] = input.data[offset];
  });
  return result;
}

void place(const RefTensor &input, RefTensor &result, int64_t start, const Shape &steps) {
  walk(input.shape, start, steps, [&](int64_t i, int64_t offset) {
    assert(offset >= 0 && offset < static_cast<int64_t>(result.data.size()));
    result.data[offset] = input.data[i];
  });
}

RefTensor reshape(RefTensor input, const Shape &shape) {
  assert(volume(shape) == volume(input.shape));
  input.shape = shape;
  return input;
}

RefTensor broadcast(const RefTensor &input, const Shape &shape) {
  Shape own = rowMajor(input.shape);
  Shape steps(shape.size(), 0);
  size_t missing = shape.size() - input.shape.size();
  for (size_t axis = 0; axis < own.size(); ++axis)
    if (input.shape[axis] != 1)
      steps[missing + axis] = own[axis];
  return view(input, shape, 0, steps);
}

RefTensor transpose(const RefTensor &input, const Shape &permutation) {
  Shape own = rowMajor(input.shape);
  Shape shape, steps;
  for (int64_t axis : permutation) {
    shape.push_back(input.shape[axis]);
    steps.push_back(own[axis]);
  }
  return view(input, shape, 0, steps);
}

RefTensor moveAxis(const RefTensor &input, int64_t from, int64_t to) {
  Shape permutation;
  for (size_t axis = 0; axis < input.shape.size(); ++axis)
    if (static_cast<int64_t>(axis) != from)
      permutation.push_back(axis);
  permutation.insert(permutation.begin() + to, from);
  return transpose(input, permutation);
}

RefTensor slice(const RefTensor &input, const Shape &offsets, const Shape &sizes,
                const Shape &strides) {
  Shape steps = rowMajor(input.shape);
  int64_t start = 0;
  for (size_t axis = 0; axis < steps.size(); ++axis) {
    start += offsets[axis] * steps[axis];
    steps[axis] *= strides[axis];
  }
  return view(input, sizes, start, steps);
}

RefTensor pad(const RefTensor &input, const Shape &low, const Shape &high, double value) {
  Shape shape = input.shape;
  for (size_t axis = 0; axis < shape.size(); ++axis)
    shape[axis] += low[axis] + high[axis];
  RefTensor result{shape, std::vector<double>(volume(shape), value)};
  Shape steps = rowMajor(shape);
  int64_t start = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis)
    start += low[axis] * steps[axis];
  place(input, result, start, steps);
  return result;
}

RefTensor concat(const std::vector<const RefTensor *> &inputs, int64_t axis) {
  Shape shape = inputs.front()->shape;
  shape[axis] = 0;
  for (const RefTensor *input : inputs)
    shape[axis] += input->shape[axis];
  RefTensor result{shape, std::vector<double>(volume(shape))};
  Shape steps = rowMajor(shape);
  int64_t position = 0;
  for (const RefTensor *input : inputs) {
    place(*input, result, position * steps[axis], steps);
    position += input->shape[axis];
  }
  return result;
}

RefTensor dilate(const RefTensor &input, const Shape &factors) {
  Shape shape = input.shape;
  for (size_t axis = 0; axis < shape.size(); ++axis)
    shape[axis] = shape[axis] == 0 ? 0 : (shape[axis] - 1) * factors[axis] + 1;
  RefTensor result{shape, std::vector<double>(volume(shape), 0.0)};
  Shape steps = rowMajor(shape);
  for (size_t axis = 0; axis < shape.size(); ++axis)
    steps[axis] *= factors[axis];
  place(input, result, 0, steps);
  return result;
}

RefTensor reverse(const RefTensor &input, const Shape &axes) {
  Shape steps = rowMajor(input.shape);
  int64_t start = 0;
  for (int64_t axis : axes) {
    start += (input.shape[axis] - 1) * steps[axis];
    steps[axis] = -steps[axis];
  }
  return view(input, input.shape, start, steps);
}

} // namespace weir::reference
