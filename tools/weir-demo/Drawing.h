//===- Drawing.h - Grey images in a terminal ----------------------------------===//
#ifndef WEIR_TOOLS_WEIR_DEMO_DRAWING_H
#define WEIR_TOOLS_WEIR_DEMO_DRAWING_H

#include <span>
#include <string>
#include <vector>

namespace weir {

/// Images of 28x28 pixels from 0 to 1, side by side, two rows of pixels per line of
/// text: as half blocks in shades of grey if `colour`, else as ASCII characters.
/// Below each image stands its caption.
std::string drawImages(const std::vector<std::span<const float>> &images,
                       const std::vector<std::string> &captions, bool colour);

} // namespace weir

#endif
