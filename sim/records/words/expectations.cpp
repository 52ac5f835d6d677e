#include "sim/records/words/expectations.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"
#include "sim/records/series/metric_values.hpp"
#include "sim/simulation/journal/replay.hpp"

namespace berth::records {
namespace {

using scenario::Expectation;
using simulation::World;

std::string text_of(const scenario::When& when) {
  return when.absolute ? print_instant(*when.absolute) : print_duration(when.offset);
}

std::string times(std::int32_t count) {
  return count == 1 ? "once" : std::to_string(count) + " times";
}

std::string said(const Expectation& e) {
  std::string out = "workload " + e.workload.value + " is";
  if (!e.phase.empty()) out += " " + e.phase;
  if (!e.node.value.empty()) out += " on " + e.node.value;
  if (e.preemptions)
    out += (e.phase.empty() && e.node.value.empty() ? " preempted " : ", preempted ") + times(*e.preemptions);
  if (e.by) return out + " by " + text_of(*e.by);
  return out + " at " + (e.at ? text_of(*e.at) : "the end");
}

std::set<std::string> nodes_of(const World& world, const workload::Workload& workload) {
  std::set<std::string> out;
  for (const PodId id : workload.pods) {
    const workload::Pod& pod = world.workloads.pods[id];
    if (pod.status == workload::PodStatus::running) out.insert(world.cluster.nodes[pod.node].name);
  }
  return out;
}

bool holds(const Expectation& e, const World& world, WorkloadId id) {
  if (index_of(id) >= world.workloads.all.size()) return false;
  const workload::Workload& w = world.workloads.all[id];
  return (e.phase.empty() || workload::name_of(w.phase) == e.phase) &&
         (!e.preemptions || w.preemptions == *e.preemptions) &&
         (e.node.value.empty() || nodes_of(world, w).count(e.node.value) > 0);
}

// What the expectation asks about, as it is.
std::string state(const Expectation& e, const World& world, WorkloadId id) {
  if (index_of(id) >= world.workloads.all.size()) return "not submitted yet";
  const workload::Workload& w = world.workloads.all[id];
  std::string out(workload::name_of(w.phase));
  if (!e.node.value.empty()) {
    std::string nodes;
    for (const std::string& node : nodes_of(world, w)) nodes += (nodes.empty() ? "" : ", ") + node;
    out += nodes.empty() ? " on no node" : " on " + nodes;
  }
  if (e.preemptions) out += ", preempted " + times(w.preemptions);
  return out;
}

// One expectation about a workload, shown the World instant by instant.
class Watched {
 public:
  Watched(const Expectation& e, Instant start, Instant end, WorkloadId id)
      : e_(&e),
        id_(id),
        limit_(e.by   ? e.by->from(start)
               : e.at ? e.at->from(start)
                      : end),
        start_(start) {}

  Instant limit() const { return limit_; }
  WorkloadId workload() const { return id_; }

  // After a transition of the workload at `at`.
  void changed(const World& world, Instant at) {
    if (!e_->by || met_ || !holds(*e_, world, id_)) return;
    met_ = at;
  }
  // After everything at its instant.
  void reached(const World& world) {
    state_ = state(*e_, world, id_);
    if (!e_->by && holds(*e_, world, id_)) met_ = limit_;
  }

  CheckedExpectation result() const {
    CheckedExpectation out;
    out.text = said(*e_);
    out.holds = met_ && *met_ <= limit_;
    if (out.holds) return out;
    const bool clause = state_.find(", ") != std::string::npos;  // "Completed, preempted once"
    out.difference = (e_->by || e_->at ? "it was " : "it is ") + state_ + (clause ? "," : "") +
                     (e_->by || e_->at ? " then" : " at the end of the run");
    if (met_) {
      // In full: cut short it could seem to be within the bound.
      out.difference += ", and was so first after " + print_duration(*met_ - start_);
    } else if (e_->by) {
      out.difference += ", and was never so";
    }
    return out;
  }

 private:
  const Expectation* e_;
  WorkloadId id_;
  Instant limit_, start_;
  std::optional<Instant> met_;
  std::string state_;
};

CheckedExpectation check_metric(const Expectation& e, const World& world,
                                const simulation::JournalReader& journal, Instant end) {
  const auto metric = scenario::parse_metric(e.metric.value).metric;
  CheckedExpectation out;
  out.text = e.metric.value;
  const auto say = [&](const char* words, const std::string& bound) {
    if (!bound.empty()) out.text += (out.text == e.metric.value ? " " : ", ") + (words + bound);
  };
  say("at most ", e.at_most);
  say("at least ", e.at_least);
  say("equal to ", e.equals);
  if (e.at) out.text += " at " + text_of(*e.at);
  const auto value = metric_value(*metric, world, journal, end);
  if (!value) {
    out.holds = false;
    out.difference = "there is nothing to measure";
    return out;
  }
  const auto unit = metric->unit();
  const auto bound = [&](const std::string& text) { return scenario::parse_bound(text, unit).value_or(0); };
  out.holds = (e.at_most.empty() || (!value->at_least && value->value <= bound(e.at_most))) &&
              (e.at_least.empty() || value->value >= bound(e.at_least)) &&
              (e.equals.empty() || (!value->at_least && value->value == bound(e.equals)));
  if (!out.holds)
    out.difference =
        "it is " + std::string(value->at_least ? "> " : "") + scenario::print_bound(value->value, unit);
  return out;
}

}  // namespace

std::vector<CheckedExpectation> check_expectations(const scenario::Scenario& scenario,
                                                   const simulation::JournalReader& journal) {
  const Instant start = journal.header().start;
  const Instant end = std::max(journal.last(), start);
  const World last = journal.world_at(end);

  // Where to look: after every transition of a workload that is asked about, and at every instant that is.
  std::vector<std::optional<Watched>> watched;
  std::map<std::uint64_t, std::vector<std::size_t>>
      changes;  // before this transition, at what came before it
  std::map<std::uint64_t, std::vector<std::size_t>> instants;    // likewise
  std::map<std::uint64_t, std::vector<std::size_t>> metrics_at;  // metrics of an instant
  std::vector<CheckedExpectation> results(scenario.expect.size());
  for (std::size_t i = 0; i < scenario.expect.size(); ++i) {
    const Expectation& e = scenario.expect[i];
    watched.emplace_back();
    if (e.workload.value.empty()) {
      const Instant at = e.at ? std::min(e.at->from(start), end) : end;
      metrics_at[journal.sequence_after(at)].push_back(i);
      continue;
    }
    const auto id = last.find_workload(e.workload.value);
    if (!id) {
      results[i].text = said(e);
      results[i].holds = false;
      results[i].difference = "no workload of that name was submitted";
      continue;
    }
    watched[i].emplace(e, start, end, *id);
    if (e.by)
      for (const auto& record : journal.of_workload(*id)) changes[record.sequence + 1].push_back(i);
    instants[journal.sequence_after(watched[i]->limit())].push_back(i);
  }

  simulation::Replay replay(journal);
  std::set<std::uint64_t> stops;
  for (const auto* of : {&changes, &instants, &metrics_at})
    for (const auto& [sequence, who] : *of) stops.insert(sequence);
  for (const std::uint64_t stop : stops) {
    replay.advance_before(stop);
    if (const auto found = changes.find(stop); found != changes.end())
      for (const std::size_t i : found->second) watched[i]->changed(replay.world(), replay.world().now);
    if (const auto found = instants.find(stop); found != instants.end())
      for (const std::size_t i : found->second) watched[i]->reached(replay.world());
    if (const auto found = metrics_at.find(stop); found != metrics_at.end()) {
      for (const std::size_t i : found->second) {
        const Expectation& e = scenario.expect[i];
        results[i] =
            check_metric(e, replay.world(), journal, e.at ? std::clamp(e.at->from(start), start, end) : end);
      }
    }
  }
  for (std::size_t i = 0; i < watched.size(); ++i) {
    if (watched[i]) results[i] = watched[i]->result();
    results[i].line = scenario.expect[i].mark.file == 0 ? scenario.expect[i].mark.line : 0;
  }
  return results;
}

}  // namespace berth::records
