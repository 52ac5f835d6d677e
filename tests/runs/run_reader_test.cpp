#include "sim/runs/run_reader.hpp"

#include <catch2/catch.hpp>

#include "sim/runs/text_file.hpp"
#include "tests/runs/small_run.hpp"
#include "tests/support/folder.hpp"

using namespace berth;
using tests::Folder;

TEST_CASE("a run is read from its folder or from its journal") {
  const Folder folder;
  const std::string out = tests::run_into(tests::scenario_of(tests::two_in_turn), folder.path("out"));
  for (const std::string& path : {out, out + "/journal.berth"}) {
    runs::RunReader run(path);
    CHECK(run.path() == path);
    CHECK(run.file() == out + "/journal.berth");
    CHECK(run.journal().header().name == "two-in-turn");
    const simulation::World world = run.journal().world_at(run.last());
    const records::View view = run.view(world, run.last());
    CHECK(view.workloads.all.size() == 2);
  }
  // A reader may be handed on.
  runs::RunReader first(out);
  const runs::RunReader second(std::move(first));
  CHECK(second.journal().world_at(second.first()).workloads.all.size() == 1);
}

TEST_CASE("an instant of a run is told absolutely or from its start") {
  const Folder folder;
  const runs::RunReader run(tests::run_into(tests::scenario_of(tests::two_in_turn), folder.path("out")));
  CHECK(run.instant("10m") == run.first() + minutes(10));
  CHECK(run.instant("2026-01-05T00:10:00Z") == run.first() + minutes(10));
  CHECK(run.instant("3d") == run.first() + hours(72));  // inside the run or not
  CHECK_FALSE(run.instant("soon"));
  CHECK_FALSE(run.instant(""));
}

TEST_CASE("what is no run is told apart") {
  const Folder folder;
  CHECK_THROWS_WITH(runs::RunReader(folder.path("none")), "'" + folder.path("none") + "' does not exist");
  CHECK_THROWS_WITH(runs::RunReader(folder.path()),
                    "'" + folder.path() +
                        "' holds no journal.berth: it is not a run's folder, or --emit left the journal out");
  const std::string text =
      folder.write("text", "not a journal, and long enough to have a header, one would think");
  CHECK_THROWS_WITH(runs::RunReader(text), Catch::StartsWith(text + ": "));
  const std::string out = tests::run_into(tests::scenario_of(tests::two_in_turn), folder.path("out"));
  std::string bytes = runs::text_of_file(out + "/journal.berth");
  bytes.resize(bytes.size() - 3);
  folder.write("out/journal.berth", bytes);
  CHECK_THROWS_AS(runs::RunReader(out), runs::InputError);
}
