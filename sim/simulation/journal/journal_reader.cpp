#include <algorithm>
#include <utility>

#include "berth/core/invariant.hpp"
#include "sim/simulation/journal/codec_fields.hpp"
#include "sim/simulation/journal/journal_directory.hpp"
#include "sim/simulation/journal/journal_frames.hpp"
#include "sim/simulation/journal/replay_step.hpp"
#include "sim/simulation/journal/transition_codec.hpp"
#include "sim/simulation/journal/world_image.hpp"

namespace berth::simulation {

using frames::Frame;

namespace {

// Runs a piece of decoding; what it cannot make sense of is damage at `offset`.
template <class F>
auto decoding(std::uint64_t offset, F f) {
  try {
    return f();
  } catch (const DecodeError& error) {
    throw JournalError(offset, error.what());
  } catch (const InvariantError& error) {
    throw JournalError(offset, error.what());
  }
}

Decoder decoder_of(const Frame& frame) {
  return {frame.payload.data(), frame.payload.size()};
}

}  // namespace

void replay_step(World& world, const Record& record, std::uint64_t offset) {
  decoding(offset, [&] { world.apply(record.transition, record.at); });
}

struct JournalReader::Impl {
  Impl(const ByteSource& its_source, bool verify, StopToken its_stop) : source(its_source), stop(its_stop) {
    form = frames::read_file_header(source);
    if (form == JournalForm::sealed) {
      open_sealed(verify);
    } else {
      open_live();
    }
    if (!directory.blocks.empty()) last = directory.blocks.back().last;
  }

  // --- opening

  std::uint64_t read_run_header(std::uint64_t limit) {
    const Frame frame = frames::read(source, frames::file_header_bytes, limit);
    if (frame.type != frames::Type::run_header)
      throw JournalError(frame.offset, "the run's header is missing");
    decoding(frame.offset, [&] {
      Decoder in = decoder_of(frame);
      in(header);
    });
    last = header.start;
    return frame.end;
  }

  void open_sealed(bool verify) {
    frames::Trailer trailer;
    try {
      trailer = frames::read_trailer(source);
    } catch (const JournalError&) {
      scan_for_damage();
      throw;
    }
    const std::uint64_t end = source.size() - frames::trailer_bytes;
    std::vector<std::uint8_t> bytes;
    for (std::uint64_t at = trailer.directory; at < end;) {
      const Frame frame = frames::read(source, at, end);
      if (frame.type != frames::Type::directory) throw JournalError(at, "the footer is interrupted");
      bytes.insert(bytes.end(), frame.payload.begin(), frame.payload.end());
      at = frame.end;
    }
    decoding(trailer.directory, [&] {
      Decoder in(bytes.data(), bytes.size());
      directory = read_directory(in);
      if (!in.done()) throw DecodeError("the footer is too long");
    });
    count = trailer.transitions;
    check_directory(trailer.directory);
    const std::uint64_t first = read_run_header(trailer.directory);
    whole = source.size();
    if (verify) check_all(first, trailer.directory);
  }

  // The first whole frame that is not: where a sealed journal was cut or altered.
  void scan_for_damage() const {
    for (std::uint64_t at = frames::file_header_bytes; at < source.size();) {
      const Frame frame = frames::read(source, at, source.size());
      at = frame.end;
      if (frame.type == frames::Type::directory && source.size() - at <= frames::trailer_bytes) return;
    }
  }

  void check_directory(std::uint64_t end) const {
    std::uint64_t sequence = 0;
    for (const BlockInfo& block : directory.blocks) {
      sequence += block.count;
      if (block.offset >= end || block.count == 0 || block.count > frames::max_payload ||
          block.last < block.first) {
        throw JournalError(end, "the footer lists a block that cannot be");
      }
    }
    if (sequence != count) throw JournalError(end, "the footer miscounts the transitions");
    if (directory.images.empty() || directory.images.front().sequence != 0) {
      throw JournalError(end, "the footer lists no image of the start");
    }
    for (const ImageInfo& image : directory.images) {
      if (image.offset >= end || image.sequence > count) {
        throw JournalError(end, "the footer lists an image that cannot be");
      }
    }
    for (const PostingsInfo& info : directory.postings) {
      if (info.offset >= end) throw JournalError(end, "the footer lists postings that cannot be");
    }
  }

  // Every frame is whole and where the footer says.
  void check_all(std::uint64_t first, std::uint64_t end) const {
    std::size_t blocks = 0;
    for (std::uint64_t at = first; at < end;) {
      const Frame frame = frames::read(source, at, end);
      stop.poll();
      if (frame.type == frames::Type::transitions) {
        if (blocks == directory.blocks.size() || directory.blocks[blocks].offset != at) {
          throw JournalError(at, "the footer does not list this block");
        }
        ++blocks;
      }
      at = frame.end;
    }
    if (blocks != directory.blocks.size())
      throw JournalError(end, "the footer lists a block that is not there");
  }

  void open_live() {
    std::uint64_t at = read_run_header(source.size());
    std::uint64_t image_at = 0;  // of an image whose last part has not come yet
    std::string why;
    while (at < source.size()) {
      stop.poll();
      Frame frame;
      try {
        frame = frames::read(source, at, source.size());
        if (frame.type == frames::Type::transitions && image_at == 0) {
          directory.blocks.push_back(survey(frame));
          count += directory.blocks.back().count;
        } else if (frame.type == frames::Type::image && !frame.payload.empty()) {
          if (image_at == 0) image_at = at;
          if (frame.payload.front() == 0) {
            directory.images.push_back(decoding(image_at, [&] { return survey_image(image_at, frame); }));
            image_at = 0;
          }
        } else {
          throw JournalError(at, "an unfinished footer");
        }
      } catch (const JournalError& error) {
        why = error.what();
        break;
      }
      at = frame.end;
      if (image_at == 0) whole = at;
    }
    if (directory.images.empty()) throw JournalError(at, "it ends before the image of the start");
    if (whole < source.size()) {
      dropped = "dropped the last " + std::to_string(source.size() - whole) + " bytes, from byte " +
                std::to_string(whole) + " on" + (why.empty() ? "" : " (" + why + ")");
    }
  }

  BlockInfo survey(const Frame& frame) const {
    return decoding(frame.offset, [&] {
      TransitionDecoder in(decoder_of(frame));
      BlockInfo info;
      info.offset = frame.offset;
      info.first_sequence = in.next_sequence();
      if (info.first_sequence != count) throw DecodeError("transitions are missing before this block");
      while (!in.done()) {
        const Record record = in.next();
        if (info.count++ == 0) info.first = record.at;
        info.last = record.at;
      }
      if (info.count == 0) throw DecodeError("an empty block");
      return info;
    });
  }

  // Reads the numbers at the beginning of an image, whose last part is at hand; the whole is read when it is needed.
  ImageInfo survey_image(std::uint64_t offset, const Frame& end) const {
    const Frame first = end.offset == offset ? end : frames::read(source, offset, source.size());
    Decoder in(first.payload.data() + 1, first.payload.size() - 1);
    ImageInfo info;
    info.offset = offset;
    info.sequence = in.varint();
    info.now = in.read<Instant>();
    if (info.sequence != count) throw DecodeError("an image of another stretch");
    return info;
  }

  // --- reading

  World image(const ImageInfo& info) const {
    std::vector<std::uint8_t> bytes;
    for (std::uint64_t at = info.offset;;) {
      const Frame frame = frames::read(source, at, whole);
      if (frame.type != frames::Type::image || frame.payload.empty()) {
        throw JournalError(at, "the rest of an image is missing");
      }
      bytes.insert(bytes.end(), frame.payload.begin() + 1, frame.payload.end());
      at = frame.end;
      if (frame.payload.front() == 0) break;
    }
    return decoding(info.offset, [&] {
      Decoder in(bytes.data(), bytes.size());
      if (in.varint() != info.sequence || in.read<Instant>() != info.now) {
        throw DecodeError("an image of another stretch");
      }
      World world = read_image(in);
      if (!in.done()) throw DecodeError("an image is too long");
      return world;
    });
  }

  // Visits the records of one block from `first` on; false: the visitor has had enough.
  bool each_of_block(const BlockInfo& info, std::uint64_t first,
                     const std::function<bool(const Record&, std::uint64_t)>& visit) const {
    stop.poll();
    const Frame frame = frames::read(source, info.offset, whole);
    if (frame.type != frames::Type::transitions) throw JournalError(info.offset, "no transitions here");
    TransitionDecoder in = decoding(info.offset, [&] { return TransitionDecoder(decoder_of(frame)); });
    if (in.next_sequence() != info.first_sequence) throw JournalError(info.offset, "a block out of order");
    std::uint64_t n = 0;
    while (!in.done()) {
      const Record record = decoding(info.offset, [&] { return in.next(); });
      ++n;
      if (record.sequence >= first && !visit(record, info.offset)) return false;
    }
    if (n != info.count) throw JournalError(info.offset, "a block of the wrong length");
    return true;
  }

  void each(std::uint64_t first, const std::function<bool(const Record&, std::uint64_t)>& visit) const {
    auto block = std::upper_bound(directory.blocks.begin(), directory.blocks.end(), first,
                                  [](std::uint64_t s, const BlockInfo& b) { return s < b.first_sequence; });
    if (block != directory.blocks.begin()) --block;
    for (; block != directory.blocks.end(); ++block) {
      if (!each_of_block(*block, first, visit)) return;
    }
  }

  // The blocks that hold something about the workload.
  std::vector<std::uint32_t> blocks_of(std::uint32_t workload) const {
    std::vector<std::uint32_t> found;
    if (form == JournalForm::live) {
      for (std::uint32_t i = 0; i < directory.blocks.size(); ++i) found.push_back(i);
      return found;
    }
    // A workload's postings may begin in the frame before the one that it heads.
    const auto& all = directory.postings;
    auto from = std::lower_bound(all.begin(), all.end(), workload,
                                 [](const PostingsInfo& p, std::uint32_t w) { return p.first < w; });
    if (from != all.begin()) --from;
    for (; from != all.end() && from->first <= workload; ++from) {
      const Frame frame = frames::read(source, from->offset, whole);
      if (frame.type != frames::Type::postings) throw JournalError(from->offset, "no postings here");
      decoding(from->offset, [&] {
        Decoder in = decoder_of(frame);
        std::uint64_t w = in.varint(), number = 0;
        while (!in.done()) {
          const std::uint64_t step = in.varint();
          if (step > 0) number = 0;
          w += step;
          number += in.varint();
          if (number >= directory.blocks.size()) throw DecodeError("postings of a block that does not exist");
          if (w == workload) found.push_back(static_cast<std::uint32_t>(number));
        }
      });
    }
    return found;
  }

  std::uint64_t sequence_after(Instant at) const {
    const auto block = std::upper_bound(directory.blocks.begin(), directory.blocks.end(), at,
                                        [](Instant t, const BlockInfo& b) { return t < b.first; });
    if (block == directory.blocks.begin()) return 0;
    const BlockInfo& info = *std::prev(block);
    std::uint64_t sequence = info.first_sequence + info.count;
    if (info.last <= at) return sequence;
    each_of_block(info, 0, [&](const Record& record, std::uint64_t) {
      sequence = record.sequence;
      return record.at <= at;
    });
    return sequence;
  }

  World world_before(std::uint64_t sequence) const {
    sequence = std::min(sequence, count);
    const auto after = std::upper_bound(directory.images.begin(), directory.images.end(), sequence,
                                        [](std::uint64_t s, const ImageInfo& i) { return s < i.sequence; });
    const ImageInfo& nearest = *std::prev(after);
    World world = image(nearest);
    if (nearest.sequence == sequence) return world;
    each(nearest.sequence, [&](const Record& record, std::uint64_t offset) {
      if (record.sequence >= sequence) return false;
      replay_step(world, record, offset);
      return true;
    });
    return world;
  }

  const ByteSource& source;
  StopToken stop;
  JournalForm form{};
  RunHeader header;
  Directory directory;
  std::uint64_t count = 0;
  std::uint64_t whole = 0;
  Instant last;
  std::string dropped;
};

JournalReader::JournalReader(const ByteSource& source, bool verify, StopToken stop)
    : impl_(std::make_unique<Impl>(source, verify, stop)) {}
JournalReader::~JournalReader() = default;
JournalReader::JournalReader(JournalReader&&) noexcept = default;

const RunHeader& JournalReader::header() const {
  return impl_->header;
}
JournalForm JournalReader::form() const {
  return impl_->form;
}
std::uint64_t JournalReader::size() const {
  return impl_->count;
}
Instant JournalReader::last() const {
  return impl_->last;
}
const std::vector<BlockInfo>& JournalReader::blocks() const {
  return impl_->directory.blocks;
}
const std::vector<ImageInfo>& JournalReader::images() const {
  return impl_->directory.images;
}
const std::string& JournalReader::dropped() const {
  return impl_->dropped;
}
std::uint64_t JournalReader::whole_bytes() const {
  return impl_->whole;
}

void JournalReader::each(std::uint64_t first, const std::function<bool(const Record&)>& visit) const {
  impl_->each(first, [&](const Record& record, std::uint64_t) { return visit(record); });
}

std::vector<Record> JournalReader::of_workload(WorkloadId workload) const {
  std::vector<Record> records;
  for (const std::uint32_t number : impl_->blocks_of(static_cast<std::uint32_t>(workload))) {
    impl_->each_of_block(impl_->directory.blocks[number], 0, [&](const Record& record, std::uint64_t) {
      if (workload_of(record.transition) == workload) records.push_back(record);
      return true;
    });
  }
  return records;
}

World JournalReader::world_at(Instant at) const {
  return impl_->world_before(impl_->sequence_after(at));
}
World JournalReader::world_before(std::uint64_t sequence) const {
  return impl_->world_before(sequence);
}

std::uint64_t JournalReader::sequence_after(Instant at) const {
  return impl_->sequence_after(at);
}

}  // namespace berth::simulation
