// The example of sim/simulation/journal/journal_format.md is what the page says it is.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "sim/simulation/journal/journal_frames.hpp"
#include "sim/simulation/journal/transition_codec.hpp"

using namespace berth;
using namespace berth::simulation;

namespace {

// The text of the page's block of that name.
std::string block(const std::string& name) {
  std::string path = BERTH_SOURCE_DIR;
  path += "/sim/simulation/journal/journal_format.md";
  std::ifstream page(path);
  std::string line, text;
  std::string fence = "```";
  fence += name;
  bool inside = false;
  while (std::getline(page, line)) {
    if (line == fence) {
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      text += line + "\n";
    }
  }
  return text;
}

}  // namespace

TEST_CASE("the format page's example decodes to the page's lines") {
  std::vector<std::uint8_t> bytes;
  std::istringstream hex(block("hex"));
  for (std::string two; hex >> two;) bytes.push_back(static_cast<std::uint8_t>(std::stoul(two, nullptr, 16)));
  REQUIRE(bytes.size() > 40);
  const MemorySource source(bytes);
  const frames::Frame frame = frames::read(source, 0, source.size());
  CHECK(frame.type == frames::Type::transitions);
  CHECK(frame.end == bytes.size());

  TransitionDecoder decoder(Decoder(frame.payload.data(), frame.payload.size()));
  std::string lines;
  while (!decoder.done()) {
    const Record record = decoder.next();
    const WorkloadId workload = workload_of(record.transition);
    lines += std::to_string(record.sequence) + " " + std::to_string(record.at.micros) + " " +
             std::string(name_of(record.transition)) + " " +
             (workload == none<WorkloadId>() ? "-" : std::to_string(index_of(workload))) + "\n";
  }
  CHECK(lines == block("transitions"));
}

TEST_CASE("the fixed header is what the page says") {
  const auto sealed = frames::file_header(JournalForm::sealed);
  CHECK(sealed.size() == 16);
  CHECK(std::string(sealed.begin(), sealed.begin() + 8) == "BERTHJNL");
  CHECK(sealed[8] == 2);
  CHECK(sealed[9] == 0);
  CHECK(frames::file_header(JournalForm::live)[9] == 1);
  const auto trailer = frames::trailer({300, 7});
  CHECK(trailer.size() == 24);
  CHECK(trailer[0] == 44);
  CHECK(trailer[1] == 1);
  CHECK(trailer[8] == 7);
  CHECK(std::string(trailer.begin() + 20, trailer.end()) == "BEND");
}

TEST_CASE("a journal of another version is refused by name") {
  std::vector<std::uint8_t> bytes = {'B', 'E', 'R', 'T', 'H', 'J', 'N', 'L', 1, 0, 0, 0};
  bytes.resize(100);
  const MemorySource source(bytes);
  CHECK_THROWS_AS(frames::read_file_header(source), JournalError);
}
