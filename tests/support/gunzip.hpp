// A gzip file of the repository's tests, unpacked.
#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>

namespace berth::test {

// Throws std::runtime_error when the file cannot be read whole.
inline std::string gunzip(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) throw std::runtime_error("cannot open " + path);
  std::string text;
  char block[1 << 16];
  int got = 0;
  while ((got = gzread(file, block, sizeof block)) > 0) text.append(block, static_cast<std::size_t>(got));
  const bool whole = got == 0 && gzclose(file) == Z_OK;
  if (!whole) throw std::runtime_error("cannot unpack " + path);
  return text;
}

}  // namespace berth::test
