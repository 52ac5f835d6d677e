// What the footer of a sealed journal lists. All of it can be made again by reading the blocks.
#pragma once

#include <vector>

#include "berth/simulation/journal.hpp"
#include "sim/simulation/journal/codec.hpp"

namespace berth::simulation {

struct PostingsInfo {
  std::uint64_t offset = 0;
  std::uint32_t first = 0;  // least workload in it
};

struct Directory {
  std::vector<BlockInfo> blocks;
  std::vector<ImageInfo> images;
  std::vector<PostingsInfo> postings;
};

void write_directory(Encoder& out, const Directory& directory);
Directory read_directory(Decoder& in);

}  // namespace berth::simulation
