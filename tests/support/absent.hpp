// What a test needs and a clone may lack. Each test that is skipped says so in a line of its output,
//
//   SKIPPED (wants file ../shared/data/gpu/models.csv): name of the test
//
// which tests/skipped counts; tools/test ends with its table.
#pragma once

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

namespace berth::test {

// True, and one line of output, when there is no file or folder `path`: the test that is running skips what needs it.
inline bool absent(const std::string& path) {
  if (std::filesystem::exists(path)) return false;
  const std::string here = BERTH_SOURCE_DIR "/";
  std::printf("SKIPPED (wants file %s): %s\n",
              path.rfind(here, 0) == 0 ? path.c_str() + here.size() : path.c_str(),
              Catch::getResultCapture().getCurrentTestName().c_str());
  std::fflush(stdout);
  return true;
}

}  // namespace berth::test
