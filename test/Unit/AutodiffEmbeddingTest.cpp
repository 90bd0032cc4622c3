//===- AutodiffEmbeddingTest.cpp - Reverse rules of embeddings against differences ----===//
//
// Look-ups, bags, the rows that a batch has once each, and layers of such rows.
//
//===----------------------------------------------------------------------===//

#include "AutodiffTestSupport.h"

#include "weir/Runtime/Result.h"

namespace weir::test {
namespace {

TEST(Autodiff, Embeddings) {
  auto ids = [](std::vector<int64_t> shape) { return Operand{std::move(shape), true, 0, 0, 5}; };
  expectGradients({{ids({}), {{5, 3}, false}},
                   "%r = weir.embedding %x0, %x1 : (tensor<?x!weir.index<5>>, tensor<5x3xf32>) -> "
                   "tensor<?x3xf32>",
                   {3}});
  expectGradients({{ids({4, 2}), {{5, 3}, false}},
                   "%r = weir.embedding %x0, %x1 : (tensor<?x4x2x!weir.index<5>>, "
                   "tensor<5x3xf32>) -> tensor<?x4x2x3xf32>",
                   {4, 2, 3}});
  for (const char *mode : {"sum", "mean", "max"}) {
    SCOPED_TRACE(mode);
    auto body = [&](const char *types) {
      return fmt::format("%r = weir.embedding_bag %x0, %x1 {{mode = #weir<bag_mode {}>}} : {}",
                         mode, types);
    };
    expectGradients({{ids({4}), {{5, 3}, false}},
                     body("(tensor<?x4x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x3xf32>"),
                     {3}});
    expectGradients({{ids({2, 3}), {{5, 3}, false}},
                     body("(tensor<?x2x3x!weir.index<5>>, tensor<5x3xf32>) -> tensor<?x2x3xf32>"),
                     {2, 3}});
  }
}

TEST(Autodiff, RowsOfABatch) {
  Operand ids{{}, true, 0, 0, 5};
  std::string unique = "%u, %p = weir.unique %x0 : (tensor<?x!weir.index<5>>) -> "
                       "(tensor<?x!weir.index<5>>, tensor<?x!weir.index<5>>)\n";
  expectGradients({{ids, {{5, 3}, false}},
                   unique + "%y = weir.embedding %u, %x1 : (tensor<?x!weir.index<5>>, "
                            "tensor<5x3xf32>) -> tensor<?x3xf32>\n"
                            "%r = weir.gather_rows %p, %y : (tensor<?x!weir.index<5>>, "
                            "tensor<?x3xf32>) -> tensor<?x3xf32>",
                   {3}});
  expectGradients({{ids, {{3}}},
                   unique +
                       "%y = weir.segment_sum %p, %x1 segments %u : (tensor<?x!weir.index<5>>, "
                       "tensor<?x3xf32>, tensor<?x!weir.index<5>>) -> tensor<?x3xf32>\n"
                       "%z = weir.mul %y, %y : (tensor<?x3xf32>, tensor<?x3xf32>) -> "
                       "tensor<?x3xf32>\n"
                       "%r = weir.gather_rows %p, %z : (tensor<?x!weir.index<5>>, "
                       "tensor<?x3xf32>) -> tensor<?x3xf32>",
                   {3}});
}

// Their gradients are built for rows that are multiplied once, and measured as they stand here.
TEST(Autodiff, SharedRows) {
  Operand ids{{}, true, 0, 0, 5};
  auto lookUp = [](int i, int table, int columns) {
    return fmt::format("%e{} = weir.embedding %x{}, %x{} : (tensor<?x!weir.index<5>>, "
                       "tensor<5x{}xf32>) -> tensor<?x{}xf32>\n",
                       i, i, table, columns, columns);
  };
  expectGradients(
      {{ids, ids, {{5, 3}, false}, {{5, 2}, false}, {{4}}, {{6, 9}, false}, {{6}, false}},
       lookUp(0, 2, 3) + lookUp(1, 3, 2) +
           "%c = weir.concat %e0, %x4, %e1 {axis = 0 : i64} : (tensor<?x3xf32>, "
           "tensor<?x4xf32>, tensor<?x2xf32>) -> tensor<?x9xf32>\n"
           "%r = weir.linear %c, %x5 bias %x6 : (tensor<?x9xf32>, tensor<6x9xf32>, "
           "tensor<6xf32>) -> tensor<?x6xf32>",
       {6}});
  expectGradients({{ids, {{5, 3}, false}, {{6, 3}, false}, {{6}, false}},
                   lookUp(0, 1, 3) +
                       "%r = weir.linear %e0, %x2 bias %x3 : (tensor<?x3xf32>, tensor<6x3xf32>, "
                       "tensor<6xf32>) -> tensor<?x6xf32>",
                   {6}});
}

} // namespace
} // namespace weir::test
