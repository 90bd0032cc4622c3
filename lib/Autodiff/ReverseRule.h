//===- ReverseRule.h - what all reverse rules share ------------------*- C++ -*-===//
//
// Each op family has a file of rules here. A rule is a function of the op and a
// ReverseRule, through which it reads the gradient of the op's result, builds ops, and
// gives the gradients of the operands.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_LIB_AUTODIFF_REVERSERULE_H
#define WEIR_LIB_AUTODIFF_REVERSERULE_H

#include "weir/Autodiff/DifferentiableOpInterface.h"
#include "weir/Dialect/IR/WeirDialect.h"

namespace weir {

/// One application of a reverse rule, with short names for the ops that rules build.
struct ReverseRule {
  mlir::OpBuilder &builder;
  mlir::Location loc;
  /// The gradient of the op's result, of the result's type.
  mlir::Value gradient;
  llvm::ArrayRef<bool> wanted;
  llvm::MutableArrayRef<mlir::Value> results;
  mlir::Operation *op;

  bool wants(unsigned operand) const { return wanted[operand]; }

  /// Sets an operand's gradient. A value of a wider shape, or batched where the
  /// operand isn't, is summed to the operand's type: what broadcasting spread, its
  /// adjoint collects.
  void give(unsigned operand, mlir::Value value);

  /// The sum of the value over the axes, and the batch, by which it exceeds the type.
  mlir::Value sumTo(mlir::Value value, mlir::Type type);

  mlir::Value scalar(double value);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs);
  mlir::Value div(mlir::Value lhs, mlir::Value rhs);
  mlir::Value neg(mlir::Value value);
  /// 1 where lhs > rhs, else 0.
  mlir::Value greater(mlir::Value lhs, mlir::Value rhs);
  mlir::Value select(mlir::Value condition, mlir::Value onTrue, mlir::Value onFalse);
  mlir::Value sum(mlir::Value value, llvm::ArrayRef<int64_t> axes, bool keepDims = false);
  mlir::Value mean(mlir::Value value, llvm::ArrayRef<int64_t> axes, bool keepDims = false);
  /// The value with this example shape, its elements in their order.
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> example);
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);
  /// The value stretched to the type of `like`, which is batched if the value is.
  mlir::Value broadcastLike(mlir::Value value, mlir::Value like);
  /// A value of one number per channel, ready to be combined with an example of
  /// that rank: `[1, .., channels, .., 1]`.
  mlir::Value alongAxis(mlir::Value value, int64_t axis, int64_t rank);
  /// How many elements a channel has over the batch and all example axes but `axis`,
  /// as a scalar.
  mlir::Value channelCount(mlir::Value value, int64_t axis);
  mlir::Value zeros(mlir::Value like);
};

/// The number of elements of an example shape.
int64_t elementCount(llvm::ArrayRef<int64_t> shape);

/// All axes of an example but one.
llvm::SmallVector<int64_t> axesBut(int64_t rank, int64_t kept);

/// Makes a function the reverse rule of an op.
template <typename OpTy, llvm::LogicalResult (*rule)(OpTy, ReverseRule &)>
struct RuleModel : DifferentiableOpInterface::ExternalModel<RuleModel<OpTy, rule>, OpTy> {
  llvm::LogicalResult buildGradient(mlir::Operation *op, mlir::OpBuilder &builder,
                                    mlir::ValueRange resultGradients, llvm::ArrayRef<bool> wanted,
                                    llvm::MutableArrayRef<mlir::Value> operandGradients) const {
    ReverseRule context{builder, op->getLoc(),     resultGradients.front(),
                        wanted,  operandGradients, op};
    return rule(mlir::cast<OpTy>(op), context);
  }
};

template <typename OpTy, llvm::LogicalResult (*rule)(OpTy, ReverseRule &)>
void attachRule(mlir::MLIRContext *context) {
  OpTy::template attachInterface<RuleModel<OpTy, rule>>(*context);
}

void attachElementwiseRules(mlir::MLIRContext *context);
void attachReduceRules(mlir::MLIRContext *context);
void attachShapeRules(mlir::MLIRContext *context);
void attachEmbeddingRules(mlir::MLIRContext *context);
void attachLinearRules(mlir::MLIRContext *context);
void attachConvRules(mlir::MLIRContext *context);
void attachPoolRules(mlir::MLIRContext *context);
void attachNormRules(mlir::MLIRContext *context);

} // namespace weir

#endif // WEIR_LIB_AUTODIFF_REVERSERULE_H
