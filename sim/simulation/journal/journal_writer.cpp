#include <algorithm>
#include <utility>

#include "berth/core/invariant.hpp"
#include "sim/simulation/journal/codec_fields.hpp"
#include "sim/simulation/journal/journal_directory.hpp"
#include "sim/simulation/journal/journal_frames.hpp"
#include "sim/simulation/journal/transition_codec.hpp"
#include "sim/simulation/journal/world_image.hpp"

namespace berth::simulation {

struct JournalWriter::Impl {
  Impl(ByteSink& its_sink, JournalOptions its_options)
      : sink(its_sink), options(its_options), image_interval(options.image_every) {
    options.block_bytes = std::clamp<std::size_t>(options.block_bytes, 16, frames::max_payload);
  }

  void raw(const std::vector<std::uint8_t>& bytes) {
    sink.append(bytes.data(), bytes.size());
    written += bytes.size();
  }
  void frame(frames::Type type, const std::uint8_t* payload, std::size_t size) {
    frames::write(sink, type, payload, size);
    written += frames::frame_header_bytes + size;
  }

  void flush_block() {
    if (in_block == 0) return;
    BlockInfo info{written, sequence - in_block, in_block, first_at, last_at};
    frame(frames::Type::transitions, block.bytes().data(), block.size());
    since_image += block.size();
    directory.blocks.push_back(info);
    // Ascending differences, for the postings of the footer.
    std::sort(touched.begin(), touched.end());
    touched_counts.push_back(static_cast<std::uint32_t>(touched.size()));
    std::uint32_t last = 0;
    for (const std::uint32_t workload : touched) {
      touched_bytes.varint(workload - last);
      last = workload;
    }
    touched.clear();
    block.clear();
    in_block = 0;
  }

  void image(const World& world) {
    Encoder out;
    out.varint(sequence);
    out(world.now);
    write_image(out, world);
    directory.images.push_back({written, sequence, world.now});
    // The first byte of a part says whether more follow.
    std::vector<std::uint8_t> part;
    for (std::size_t at = 0; at < out.size();) {
      const std::size_t n = std::min(out.size() - at, frames::max_payload - 1);
      part.assign(1, at + n < out.size() ? 1 : 0);
      part.insert(part.end(), out.bytes().begin() + static_cast<std::ptrdiff_t>(at),
                  out.bytes().begin() + static_cast<std::ptrdiff_t>(at + n));
      frame(frames::Type::image, part.data(), part.size());
      at += n;
    }
    since_image = 0;
    image_interval = std::max<std::uint64_t>(options.image_every, options.stretch_per_image * out.size());
  }

  void append(const Transition& transition, Instant at, const World& before) {
    BERTH_INVARIANT(!sealed, "a transition after the journal was sealed");
    if (in_block == 0) {
      if (since_image >= image_interval) image(before);
      coder.begin(block, sequence, at);
      first_at = at;
    }
    const std::size_t size_before = block.size();
    coder.encode(block, transition, at);
    if (block.size() > options.block_bytes && in_block > 0) {
      // It does not fit: the block ends before it, and it begins the next one.
      block.cut(size_before);
      flush_block();
      if (since_image >= image_interval) image(before);
      coder.begin(block, sequence, at);
      first_at = at;
      coder.encode(block, transition, at);
    }
    BERTH_INVARIANT(
        block.size() <= frames::max_payload,
        "a transition longer than a block: a submission of " + std::to_string(block.size()) + " bytes");
    touch(workload_of(transition));
    ++in_block;
    ++sequence;
    last_at = at;
  }

  void touch(WorkloadId workload) {
    if (workload == none<WorkloadId>()) return;
    const std::size_t i = index_of(workload);
    if (last_block.size() <= i) last_block.resize(std::max(i + 1, last_block.size() * 2), 0);
    const auto present = static_cast<std::uint32_t>(directory.blocks.size() + 1);
    if (last_block[i] == present) return;
    last_block[i] = present;
    touched.push_back(static_cast<std::uint32_t>(i));
  }

  // Which blocks hold something about each workload: frames of (workload, blocks), ascending.
  void postings() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    Decoder in(touched_bytes.bytes().data(), touched_bytes.size());
    for (std::uint32_t number = 0; number < touched_counts.size(); ++number) {
      std::uint32_t workload = 0;
      for (std::uint32_t i = 0; i < touched_counts[number]; ++i) {
        workload += in.read<std::uint32_t>();
        pairs.emplace_back(workload, number);
      }
    }
    std::sort(pairs.begin(), pairs.end());
    Encoder out;
    std::uint32_t workload = 0, number = 0;
    for (const auto& [w, b] : pairs) {
      if (out.size() == 0) {
        directory.postings.push_back({written, w});
        workload = w;
        number = 0;
        out.varint(w);
      }
      if (w != workload) number = 0;
      out.varint(w - workload);
      out.varint(b - number);
      workload = w;
      number = b;
      if (out.size() + 16 > frames::max_payload) {
        frame(frames::Type::postings, out.bytes().data(), out.size());
        out.clear();
      }
    }
    if (out.size() > 0) frame(frames::Type::postings, out.bytes().data(), out.size());
  }

  void seal() {
    BERTH_INVARIANT(!sealed, "a journal sealed twice");
    flush_block();
    postings();
    frames::Trailer end{written, sequence};
    Encoder out;
    write_directory(out, directory);
    for (std::size_t at = 0; at < out.size();) {
      const std::size_t n = std::min(out.size() - at, frames::max_payload);
      frame(frames::Type::directory, out.bytes().data() + at, n);
      at += n;
    }
    raw(frames::trailer(end));
    if (options.form == JournalForm::live) {
      // Everything that makes it a sealed one must be there before its header says so.
      sink.sync();
      const auto header = frames::file_header(JournalForm::sealed);
      sink.overwrite(0, header.data(), header.size());
    }
    sink.sync();
    sealed = true;
  }

  ByteSink& sink;
  JournalOptions options;
  std::uint64_t written = 0;
  std::uint64_t sequence = 0;
  std::uint64_t since_image = 0, image_interval;
  bool sealed = false;

  Encoder block;
  TransitionEncoder coder;
  std::uint64_t in_block = 0;
  Instant first_at, last_at;

  Directory directory;
  std::vector<std::uint32_t> last_block;  // by workload: number of the last block that named it, plus one
  std::vector<std::uint32_t> touched;     // in the block at hand
  Encoder touched_bytes;                  // the same of all blocks before
  std::vector<std::uint32_t> touched_counts;
};

JournalWriter::JournalWriter(ByteSink& sink, const RunHeader& header, const World& first,
                             JournalOptions options)
    : impl_(std::make_unique<Impl>(sink, options)) {
  impl_->raw(frames::file_header(options.form));
  Encoder out;
  out(header);
  impl_->frame(frames::Type::run_header, out.bytes().data(), out.size());
  impl_->image(first);
}

JournalWriter::~JournalWriter() = default;

void JournalWriter::append(const Transition& transition, Instant at, const World& before) {
  impl_->append(transition, at, before);
}

void JournalWriter::sync() {
  impl_->flush_block();
  impl_->sink.sync();
}

void JournalWriter::seal() {
  impl_->seal();
}

std::uint64_t JournalWriter::bytes() const {
  return impl_->written + impl_->block.size();
}

}  // namespace berth::simulation
