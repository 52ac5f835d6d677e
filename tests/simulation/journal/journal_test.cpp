// The journal's file: cut, altered, recovered, and read by entity.
#include <catch2/catch.hpp>

#include "tests/support/policies/toy_policies.hpp"
#include "tests/support/runs.hpp"

using namespace berth;
using namespace berth::tests;
using simulation::JournalError;
using simulation::JournalForm;
using simulation::JournalReader;
using simulation::MemorySource;

namespace {

Finished small_run(JournalForm form, std::size_t block_bytes) {
  InputBuilder b({"a", "b"});
  b.node("n0", 2);
  b.node("n1", 2, PoolId{1});
  for (int i = 0; i < 6; ++i) {
    auto& spec = b.work("w" + std::to_string(i), seconds(i), seconds(10), 1 + i % 2);
    spec.node_pools = {PoolId{0}, PoolId{1}};
  }
  simulation::JournalOptions options;
  options.form = form;
  options.block_bytes = block_bytes;
  options.image_every = 400;
  options.stretch_per_image = 0;
  return run_to_end(b, policy_named("fifo-skip"), {}, options);
}

std::string refusal(std::vector<std::uint8_t> bytes) {
  const MemorySource source(std::move(bytes));
  try {
    const JournalReader reader(source);
    return "";
  } catch (const JournalError& error) {
    return error.what();
  }
}

// A live journal that nobody sealed: everything of a sealed one before its footer, with a live header.
std::vector<std::uint8_t> unsealed(const Finished& f) {
  simulation::MemorySink sink;
  const MemorySource source(f.bytes);
  const JournalReader reader(source);
  simulation::World world = reader.world_before(0);
  simulation::JournalOptions options;
  options.form = JournalForm::live;
  options.block_bytes = 200;
  options.image_every = 400;
  options.stretch_per_image = 0;
  simulation::JournalWriter writer(sink, reader.header(), world, options);
  reader.each(0, [&](const simulation::Record& record) {
    writer.append(record.transition, record.at, world);
    world.apply(record.transition, record.at);
    if (record.sequence % 3 == 0) writer.sync();
    return true;
  });
  writer.sync();
  return sink.bytes();
}

}  // namespace

TEST_CASE("a sealed journal that is cut at any byte is refused, with the offset") {
  const Finished f = small_run(JournalForm::sealed, 200);
  REQUIRE(refusal(f.bytes).empty());
  for (std::size_t cut = 0; cut < f.bytes.size(); ++cut) {
    const std::string why = refusal({f.bytes.begin(), f.bytes.begin() + static_cast<std::ptrdiff_t>(cut)});
    REQUIRE(why.find("the journal is damaged at byte ") == 0);
  }
}

TEST_CASE("a sealed journal in which any byte is altered is refused") {
  const Finished f = small_run(JournalForm::sealed, 200);
  for (std::size_t i = 0; i < f.bytes.size(); ++i) {
    std::vector<std::uint8_t> bytes = f.bytes;
    bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ (1u << (i % 8)));
    // The one alteration that leaves something valid: a header that says "live" with a wrong checksum is none.
    REQUIRE_FALSE(refusal(std::move(bytes)).empty());
  }
}

TEST_CASE("a live journal that is cut at any byte is recovered to its last whole record") {
  const Finished f = small_run(JournalForm::sealed, 64 * 1024);
  const std::vector<std::uint8_t> bytes = unsealed(f);
  const MemorySource whole(bytes);
  const JournalReader complete(whole);
  CHECK(complete.form() == JournalForm::live);
  CHECK(complete.dropped().empty());
  CHECK(complete.size() == f.world.totals.transitions);
  CHECK(complete.world_before(complete.size()).first_difference(f.world) == "");

  std::uint64_t last = 0;
  std::uint64_t recovered = 0;
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const MemorySource source({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut)});
    std::optional<JournalReader> reader;
    try {
      reader.emplace(source);
    } catch (const JournalError&) {
      REQUIRE(recovered == 0);  // only before the image of the start is whole
      continue;
    }
    ++recovered;
    REQUIRE(reader->whole_bytes() <= cut);
    REQUIRE(reader->dropped().empty() == (reader->whole_bytes() == cut));
    REQUIRE(reader->size() >= last);
    if (reader->size() == last && recovered > 1) continue;
    last = reader->size();
    simulation::World there = reader->world_before(last);
    REQUIRE(there.first_difference(complete.world_before(last)) == "");
  }
  CHECK(last == complete.size());
}

TEST_CASE("what a recovery drops is said") {
  const Finished f = small_run(JournalForm::sealed, 64 * 1024);
  std::vector<std::uint8_t> bytes = unsealed(f);
  bytes.resize(bytes.size() - 1);
  const MemorySource source(bytes);
  const JournalReader reader(source);
  const std::uint64_t lost = bytes.size() - reader.whole_bytes();
  CHECK(reader.dropped() == "dropped the last " + std::to_string(lost) + " bytes, from byte " +
                                std::to_string(reader.whole_bytes()) +
                                " on (the journal is damaged at byte " +
                                std::to_string(reader.whole_bytes()) + ": it ends within a block)");
}

TEST_CASE("a live journal that is sealed is a sealed one") {
  const Finished sealed = small_run(JournalForm::sealed, 300);
  const Finished live = small_run(JournalForm::live, 300);
  CHECK((sealed.bytes == live.bytes));
}

TEST_CASE("the messages of a journal that is none") {
  const Finished f = small_run(JournalForm::sealed, 64 * 1024);
  CHECK(refusal({}) == "the journal is damaged at byte 0: it ends within the header of 16 bytes");
  CHECK(refusal(std::vector<std::uint8_t>(100, 'x')) ==
        "the journal is damaged at byte 0: it is not a Berth journal");
  std::vector<std::uint8_t> bytes = f.bytes;
  bytes.resize(bytes.size() - 1);
  CHECK(refusal(bytes).find("it is truncated or altered: no footer here") != std::string::npos);
  bytes.resize(bytes.size() / 2);
  CHECK(refusal(bytes).find("it ends within a block") != std::string::npos);
}

TEST_CASE("a workload's own transitions, and nobody else's, in order") {
  for (const std::size_t block : {std::size_t{100}, std::size_t{64 * 1024}}) {
    const Finished f = small_run(JournalForm::sealed, block);
    const MemorySource source(f.bytes);
    const JournalReader reader(source);
    for (std::uint32_t w = 0; w < 7; ++w) {
      std::vector<std::uint64_t> slow;
      reader.each(0, [&](const simulation::Record& record) {
        if (workload_of(record.transition) == WorkloadId{w}) slow.push_back(record.sequence);
        return true;
      });
      std::vector<std::uint64_t> fast;
      for (const simulation::Record& record : reader.of_workload(WorkloadId{w}))
        fast.push_back(record.sequence);
      REQUIRE(fast == slow);
      REQUIRE((w == 6) == slow.empty());
    }
  }
}

TEST_CASE("a journal is small: a few dozen bytes a transition at most") {
  InputBuilder b;
  b.node("n0", 8);
  for (int i = 0; i < 2000; ++i) b.work("workload-" + std::to_string(i), seconds(i), seconds(5), 1);
  const Finished f = run_to_end(b, policy_named("fifo-skip"));
  CHECK(f.bytes.size() / f.world.totals.transitions < 24);
}

TEST_CASE("the run's header comes back") {
  InputBuilder b;
  b.node("n0", 1);
  b.input.name = "two-teams";
  b.input.seed = 42;
  b.input.end = after(days(7));
  b.input.cycle_period = seconds(1);
  b.input.policy.options["k_value"] = "1";
  const Finished f = run_to_end(b, policy_named("fifo"));
  const MemorySource source(f.bytes);
  const JournalReader reader(source);
  CHECK(reader.header().name == "two-teams");
  CHECK(reader.header().seed == 42);
  CHECK(reader.header().start == epoch);
  CHECK(reader.header().end == after(days(7)));
  CHECK(reader.header().cycle_period == seconds(1));
  CHECK(reader.header().policy.options.at("k_value") == "1");
  CHECK(reader.last() == after(days(7)));
}
