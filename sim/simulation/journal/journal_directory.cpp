#include "sim/simulation/journal/journal_directory.hpp"

namespace berth::simulation {

void write_directory(Encoder& out, const Directory& directory) {
  std::uint64_t offset = 0;
  out.varint(directory.blocks.size());
  for (const BlockInfo& block : directory.blocks) {
    out(block.offset - offset, block.count, block.first, block.last);
    offset = block.offset;
  }
  offset = 0;
  out.varint(directory.images.size());
  for (const ImageInfo& image : directory.images) {
    out(image.offset - offset, image.sequence, image.now);
    offset = image.offset;
  }
  offset = 0;
  out.varint(directory.postings.size());
  for (const PostingsInfo& info : directory.postings) {
    out(info.offset - offset, info.first);
    offset = info.offset;
  }
}

Directory read_directory(Decoder& in) {
  Directory directory;
  std::uint64_t offset = 0, sequence = 0;
  for (std::size_t n = in.length(); n > 0; --n) {
    BlockInfo block;
    in(block.offset, block.count, block.first, block.last);
    block.offset += offset;
    block.first_sequence = sequence;
    offset = block.offset;
    sequence += block.count;
    directory.blocks.push_back(block);
  }
  offset = 0;
  for (std::size_t n = in.length(); n > 0; --n) {
    ImageInfo image;
    in(image.offset, image.sequence, image.now);
    image.offset += offset;
    offset = image.offset;
    directory.images.push_back(image);
  }
  offset = 0;
  for (std::size_t n = in.length(); n > 0; --n) {
    PostingsInfo info;
    in(info.offset, info.first);
    info.offset += offset;
    offset = info.offset;
    directory.postings.push_back(info);
  }
  return directory;
}

}  // namespace berth::simulation
