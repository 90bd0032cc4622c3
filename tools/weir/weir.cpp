//===- weir.cpp - Weir's command ----------------------------------------------===//

#include "Command.h"

using namespace weir;

struct Command {
  const char *name;
  const char *purpose;
  int (*run)(const Arguments &);
};

static constexpr Command commands[] = {
    {"check", "shapes, parameters and multiply-adds of every layer", checkCommand},
    {"run", "compute a model's outputs", runCommand},
    {"compile", "write a library, an object file, or any stage on the way", compileCommand},
    {"train", "learn a model's parameters from data", trainCommand},
    {"eval", "measure a trained model on data", evalCommand},
    {"predict", "apply a trained model to new data", predictCommand},
    {"adapt", "add someone new to a trained model, from a few examples", adaptCommand},
    {"explore", "what the embeddings of a trained model have learned", exploreCommand},
    {"verify", "compare the compiled code with the reference interpreter", verifyCommand},
    {"bench", "time the compiled code", benchCommand},
    {"explain", "how each layer is computed, what it should cost, and why", explainCommand},
    {"profile", "where a call's time goes, layer by layer", profileCommand},
};

static std::string overview() {
  std::string out = "Weir compiles neural networks for CPUs.\n\n"
                    "usage: weir COMMAND MODEL.weir [options]\n"
                    "       weir eval|predict|adapt|explore CHECKPOINT [options]\n\n";
  for (const Command &command : commands)
    out += fmt::format("  {:<10}{}\n", command.name, command.purpose);
  return out + "\n`weir COMMAND --help` explains a command. Exit codes: 0 done, 1 the input is "
               "wrong,\n2 a bug in Weir, 130 a training was stopped.\n\n"
               "examples:\n"
               "  weir check examples/resnet18.weir\n"
               "  weir run examples/from_scratch.weir --seed 1 --batch 4\n";
}

int main(int argc, char **argv) {
  Arguments arguments(argv + std::min(argc, 1), argv + argc);
  if (arguments.empty()) {
    say(overview());
    return kUserError;
  }
  std::string first = arguments.front();
  arguments.erase(arguments.begin());
  if (first == "--help" || first == "-h" || (first == "help" && arguments.empty()))
    return writeResult(overview());
  if (first == "--version")
    return writeResult("weir " WEIR_VERSION " (LLVM " WEIR_LLVM_VERSION ")\n");
  if (first == "help") {
    first = arguments.front();
    arguments = {"--help"};
  }
  for (const Command &command : commands)
    if (first == command.name)
      return command.run(arguments);
  return userError(
      fail("there is no command {}; `weir --help` lists the commands", inQuotes(first)));
}
