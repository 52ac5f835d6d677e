// A scenario: checked plain values, defaults spelled out, names still names. What the file says is what
// stands here; the run's input is made of it by build_input (load.hpp). Equality ignores where in the files a
// value stood.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "berth/scenario/clock.hpp"
#include "berth/scenario/cluster_spec.hpp"
#include "berth/scenario/event_spec.hpp"
#include "berth/scenario/generator_spec.hpp"
#include "berth/scenario/organization_spec.hpp"
#include "berth/scenario/trace_spec.hpp"
#include "berth/scenario/workload_spec.hpp"
#include "berth/simulation/input.hpp"

namespace berth::scenario {

struct PolicyChoice {
  Name name;
  Name placement{std::string("best-fit")};
  std::optional<Duration> cycle;  // a period; nothing: immediate
  simulation::InstantOrder order = simulation::InstantOrder::batched;
  std::map<std::string, Name>
      options;  // dotted keys, values as written; all of the policy's options after loading
  bool cycle_said = false;
  Mark mark;
  bool operator==(const PolicyChoice& o) const {
    return name == o.name && placement == o.placement && cycle == o.cycle && order == o.order &&
           options == o.options;
  }
};

struct Scenario {
  std::int32_t version = 1;
  std::string name;  // not said: the file's name without its ending
  std::uint64_t seed = 1;
  Clock clock;
  ClusterSpec cluster;
  OrganizationSpec organization;
  PolicyChoice policy;
  DefaultsSpec defaults;
  std::vector<WorkloadSpec> workloads;
  std::vector<GeneratorSpec> generators;
  std::optional<TraceSpec> trace;
  std::vector<EventSpec> events;
  std::vector<Expectation> expect;
  bool operator==(const Scenario&) const = default;

  Instant start() const { return clock.start; }
  std::optional<Instant> end() const {
    return clock.duration ? std::optional<Instant>(clock.start + *clock.duration) : std::nullopt;
  }
};

}  // namespace berth::scenario
