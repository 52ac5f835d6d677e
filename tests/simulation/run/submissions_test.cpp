#include <catch2/catch.hpp>

#include "berth/simulation/input.hpp"

using namespace berth;
using simulation::Submission;

namespace {

Submission at(const std::string& name, int second) {
  Submission s;
  s.spec.name = name;
  s.spec.submit = Instant{second * 1'000'000};
  return s;
}

std::string names(simulation::SubmissionSource& source) {
  std::string text;
  while (const auto next = source.next()) text += next->spec.name + " ";
  return text;
}

}  // namespace

TEST_CASE("listed submissions come by (submit, position)") {
  auto source = simulation::submissions_of({at("c", 2), at("a", 1), at("d", 2), at("b", 1)});
  CHECK(source->remaining() == 4);
  CHECK(names(*source) == "a b c d ");
  CHECK(source->remaining() == 0);
}

TEST_CASE("merged sources come by (submit, position of the source)") {
  std::vector<std::unique_ptr<simulation::SubmissionSource>> sources;
  sources.push_back(simulation::submissions_of({at("a1", 1), at("a3", 3)}));
  sources.push_back(simulation::submissions_of({}));
  sources.push_back(simulation::submissions_of({at("c1", 1), at("c2", 2), at("c3", 3)}));
  auto merged = simulation::merge_sources(std::move(sources));
  CHECK(merged->remaining() == 5);
  CHECK(merged->next()->spec.name == "a1");
  CHECK(merged->remaining() == 4);
  CHECK(names(*merged) == "c1 c2 a3 c3 ");
}
