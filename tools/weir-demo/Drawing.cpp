//===- Drawing.cpp - Grey images in a terminal --------------------------------===//

#include "Drawing.h"

#include <algorithm>
#include <fmt/format.h>

namespace weir {

static constexpr int side = 28;

// One of the 24 greys of the 256-colour palette.
static int grey(float pixel) { return 232 + std::clamp(int(pixel * 23.99f), 0, 23); }

static std::string cell(float upper, float lower, bool colour) {
  if (colour) // the upper half block: its own colour above, the background's below
    return fmt::format("\x1b[38;5;{};48;5;{}m\u2580", grey(upper), grey(lower));
  static constexpr char shades[] = " .:-=+*#%@";
  return {shades[std::clamp(int((upper + lower) / 2 * 9.99f), 0, 9)]};
}

std::string drawImages(const std::vector<std::span<const float>> &images,
                       const std::vector<std::string> &captions, bool colour) {
  std::string out;
  for (int row = 0; row < side; row += 2) {
    for (std::span<const float> image : images) {
      for (int column = 0; column < side; ++column)
        out += cell(image[row * side + column], image[(row + 1) * side + column], colour);
      out += colour ? "\x1b[0m  " : "  ";
    }
    out += "\n";
  }
  for (const std::string &caption : captions)
    out += fmt::format("{:<{}}  ", caption.substr(0, side), side);
  return out + "\n";
}

} // namespace weir
