// What else happens, and what is expected to come of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "berth/scenario/clock.hpp"
#include "berth/scenario/organization_spec.hpp"
#include "berth/scenario/place_of.hpp"

namespace berth::scenario {

// `{at: 2d, suspend: nb-1}`; exactly one verb.
struct EventSpec {
  enum class Verb : std::uint8_t { suspend, resume, remove, cordon, uncordon, node_down, node_up, quota };
  When at;
  Verb verb = Verb::suspend;
  Name target;  // workload or node; for quota the project or department
  bool of_department = false;
  Name pool;  // quota: empty means every pool
  QuotaSpec quota;
  Mark mark;
  bool operator==(const EventSpec& o) const {
    return at == o.at && verb == o.verb && target == o.target && of_department == o.of_department &&
           pool == o.pool && quota == o.quota;
  }
};

// An assertion for `berth check`. About a workload: `{workload: train-a, phase: Running, by: 2h}` (reached
// not later), or `at:` (is so then), or neither (at the end); about a metric: `{metric:
// "wait_p90{project=vision}", at_most: 30m}`.
struct Expectation {
  Name workload;
  std::string phase;  // the API's spelling; empty: not asked
  std::optional<std::int32_t> preemptions;
  Name node;  // runs on it; empty: not asked
  std::optional<When> by, at;
  Name metric;
  std::string at_most, at_least,
      equals;  // as written: a number, a percentage or a duration; empty: not asked
  Mark mark;
  bool operator==(const Expectation& o) const {
    return workload == o.workload && phase == o.phase && preemptions == o.preemptions && node == o.node &&
           by == o.by && at == o.at && metric == o.metric && at_most == o.at_most && at_least == o.at_least &&
           equals == o.equals;
  }
};

}  // namespace berth::scenario
