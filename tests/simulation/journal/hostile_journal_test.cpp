// Journals that carry valid checksums over nonsense: whatever they say is refused with a JournalError or read, and never
// leads outside a table (the sanitizers watch).
#include <catch2/catch.hpp>
#include <set>

#include "sim/simulation/journal/journal_frames.hpp"
#include "tests/support/policies/toy_policies.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::tests;
using simulation::JournalError;
namespace frames = berth::simulation::frames;

namespace {

std::vector<std::uint8_t> some_journal() {
  InputBuilder b({"a", "b"});
  b.node("n0", 2);
  cluster::NodeSpec sliced = node_spec("n1", 2, 64, 256, PoolId{1});
  sliced.labels = {{"zone", "z1"}};
  b.input.cluster.add_node(sliced);
  for (int i = 0; i < 5; ++i) {
    auto& spec = b.work("w" + std::to_string(i), seconds(i), seconds(10), 1 + i % 2);
    spec.node_pools = {PoolId{0}, PoolId{1}};
  }
  b.add("share", seconds(1), seconds(10), shape(workload::GpuRequest::fraction(GpuMilli(300))), 2, 1);
  b.gang("g", seconds(2), seconds(9), 3, 2).after = {"w1"};
  b.action(seconds(4), simulation::NodePower{"n0", false});
  b.action(seconds(6), simulation::NodePower{"n0", true});
  b.action(seconds(7), simulation::AddNodes{{node_spec("n2", 1)}});
  simulation::JournalOptions options;
  options.block_bytes = 500;
  options.image_every = 500;
  options.stretch_per_image = 0;
  b.input.cycle_period = seconds(3);
  b.input.end = after(seconds(40));
  return run_to_end(b, std::make_unique<EvictAll>(), {}, options).bytes;
}

// The same journal with one byte of one frame's payload changed and its checksum made right again.
std::vector<std::uint8_t> forged(const std::vector<std::uint8_t>& bytes, std::size_t at, std::uint8_t value) {
  const simulation::MemorySource source(bytes);
  const std::uint64_t end = bytes.size() - frames::trailer_bytes;
  std::uint64_t offset = frames::file_header_bytes;
  while (offset < end) {
    frames::Frame frame = frames::read(source, offset, end);
    const std::uint64_t payload = offset + frames::frame_header_bytes;
    if (at >= payload && at < frame.end) {
      frame.payload[at - payload] = value;
      simulation::MemorySink again;
      frames::write(again, frame.type, frame.payload.data(), frame.payload.size());
      std::vector<std::uint8_t> changed = bytes;
      std::copy(again.bytes().begin(), again.bytes().end(),
                changed.begin() + static_cast<std::ptrdiff_t>(offset));
      return changed;
    }
    offset = frame.end;
  }
  return {};
}

// Reads everything that a journal offers.
void use(const std::vector<std::uint8_t>& bytes) {
  const simulation::MemorySource source(bytes);
  const simulation::JournalReader reader(source);
  simulation::World world = reader.world_before(0);
  reader.each(0, [&](const simulation::Record& record) {
    simulation::line_of(record, world);
    return true;
  });
  for (const simulation::ImageInfo& image : reader.images()) reader.world_before(image.sequence);
  world = reader.world_before(reader.size());
  for (std::uint32_t w = 0; w < 7; ++w) reader.of_workload(WorkloadId{w});
  reader.world_at(reader.last());
}

}  // namespace

TEST_CASE("a transition that cannot be applied is reported at the byte of its block") {
  const std::vector<std::uint8_t> bytes = some_journal();
  std::set<std::uint64_t> blocks;
  {
    const simulation::MemorySource source(bytes);
    const simulation::JournalReader reader(source);
    for (const simulation::BlockInfo& block : reader.blocks()) blocks.insert(block.offset);
  }
  REQUIRE(blocks.size() > 2);
  std::set<std::uint64_t> reported;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const std::vector<std::uint8_t> changed = forged(bytes, at, static_cast<std::uint8_t>(bytes[at] ^ 0x04));
    if (changed.empty()) continue;
    try {
      const simulation::MemorySource source(changed);
      const simulation::JournalReader reader(source);
      reader.each(0, [](const simulation::Record&) { return true; });
      simulation::Replay replay(reader);
      try {
        replay.advance_before(reader.size());
      } catch (const JournalError& error) {
        CHECK(blocks.count(error.offset()) == 1);
        reported.insert(error.offset());
      }
    } catch (const JournalError&) {
      // What cannot even be opened or read is another matter.
    }
  }
  CHECK(reported.size() > 1);
}

TEST_CASE("a forged journal is refused or read, whichever byte is forged") {
  const std::vector<std::uint8_t> bytes = some_journal();
  use(bytes);
  std::size_t refused = 0, read = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff, (bytes[at] ^ 0x04) & 0xff}) {
      const std::vector<std::uint8_t> changed = forged(bytes, at, static_cast<std::uint8_t>(value));
      if (changed.empty()) break;
      try {
        use(changed);
        ++read;
      } catch (const JournalError&) {
        ++refused;
      }
    }
  }
  CHECK(refused > 1000);
  CHECK(read > 100);
}
