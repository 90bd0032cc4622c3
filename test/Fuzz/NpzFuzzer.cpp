// Fuzzes the reader of .npz archives: the directory and every member.
#include "weir/Data/Npz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto view = weir::NpzView::parse(std::as_bytes(std::span(data, size)));
  if (!view)
    return 0;
  for (const std::string &key : view->keys())
    (void)view->read(key).ok();
  return 0;
}
