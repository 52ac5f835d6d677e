// berth replay: the state of a run before a transition or at an instant.
#include <algorithm>
#include <iostream>
#include <map>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"
#include "sim/records/json_writer.hpp"
#include "sim/records/words/summary.hpp"
#include "sim/records/workloads/workload_facts.hpp"
#include "tools/commands.hpp"
#include "tools/run_argument.hpp"

namespace berth::tools {
namespace {

std::string column(const std::string& text, std::size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
}

struct PoolLine {
  std::string name;
  GpuMilli capacity, allocated;
  std::size_t waiting = 0;
  std::int64_t running = 0;
};

std::vector<PoolLine> pool_lines(const simulation::World& world) {
  std::vector<PoolLine> out;
  for (std::size_t i = 0; i < world.pools.size(); ++i) {
    const auto& pool = world.pools[id_of<PoolId>(i)];
    out.push_back({world.cluster.pools[id_of<PoolId>(i)].name, pool.gpu_capacity, pool.gpu_allocated,
                   pool.waiting.size(), pool.running_workloads});
  }
  return out;
}

std::map<std::string, std::int64_t> phases(const simulation::World& world) {
  std::map<std::string, std::int64_t> out;
  for (const auto& workload : world.workloads.all) ++out[std::string(workload::name_of(workload.phase))];
  return out;
}

void print_json(const simulation::World& world, std::uint64_t next) {
  records::JsonWriter out(2);
  out.begin_object().key("transition").integer(static_cast<std::int64_t>(next)).key("now").instant(world.now);
  out.key("phases").begin_object();
  for (const auto& [phase, count] : phases(world)) out.key(phase).integer(count);
  out.end_object().key("node_pools").begin_array();
  for (const auto& pool : pool_lines(world))
    out.begin_object()
        .key("name")
        .string(pool.name)
        .key("gpu_capacity_milli")
        .integer(pool.capacity.value)
        .key("gpu_allocated_milli")
        .integer(pool.allocated.value)
        .key("waiting")
        .integer(static_cast<std::int64_t>(pool.waiting))
        .key("running")
        .integer(pool.running)
        .end_object();
  out.end_array().end_object();
  std::cout << out.text() << "\n";
}

void print_text(const simulation::World& world, std::uint64_t next, std::uint64_t size, bool all) {
  std::cout << "before transition " << next << " of " << size << ", at " << print_instant(world.now) << " ("
            << records::short_duration(world.now - world.start) << " after the start)\n\n";
  std::cout << "  " << column("node pool", 20) << column("GPUs", 10) << column("allocated", 12)
            << column("waiting", 10) << "running\n";
  for (const auto& pool : pool_lines(world))
    std::cout << "  " << column(pool.name, 20) << column(print_decimal(pool.capacity.value, 3), 10)
              << column(print_decimal(pool.allocated.value, 3), 12)
              << column(std::to_string(pool.waiting), 10) << pool.running << "\n";
  std::cout << "\n  workloads:";
  for (const auto& [phase, count] : phases(world))
    std::cout << " " << phase << " " << records::grouped(count);
  std::cout << "\n";

  constexpr std::size_t shown = 20;
  std::size_t live = 0;
  for (const auto& workload : world.workloads.all) {
    if (workload.terminal() || workload.deleted_at) continue;
    if (++live > shown && !all) continue;
    std::cout << "    " << column(workload.spec.name, 28)
              << column(std::string(workload::name_of(workload.phase)), 14) << "for "
              << records::short_duration(world.now - workload.phase_since);
    std::string nodes;
    for (const PodId id : workload.pods) {
      const auto& pod = world.workloads.pods[id];
      if (!workload::holds_devices(pod.status)) continue;
      const auto& node = world.cluster.nodes[pod.node].name;
      if (nodes.find(node) == std::string::npos) nodes += (nodes.empty() ? "" : " ") + node;
      if (nodes.size() > 60) {
        nodes += " ...";
        break;
      }
    }
    std::cout << (nodes.empty() ? "" : "  on " + nodes) << "\n";
  }
  if (live > shown && !all) std::cout << "    ... and " << live - shown << " more (--all shows them)\n";
}

}  // namespace

void add_replay_options(po::options_description_easy_init& add) {
  add("until", po::value<std::string>()->value_name("N"),
      "the state before transition N (as `berth journal` numbers them)");
  add("at", po::value<std::string>()->value_name("INSTANT"),
      "the state at an instant, or an offset from the start");
  add("all", "show every live workload");
}

int run_replay(const Arguments& arguments) {
  arguments.exclude("until", {"at"});
  arguments.exclude("json", {"all"});
  const auto until = arguments.number("until", 0);
  const std::string path = arguments.positional[0];
  runs::RunReader run = open_run(path);
  return runs::reading(path, [&] {
    const auto& journal = run.journal();
    if (until && *until > journal.size())
      throw InputError("--until " + std::to_string(*until) + " is outside the run, which has " +
                       std::to_string(journal.size()) + " transitions");
    const auto replay = simulation::Replay::before(
        journal, arguments.has("at") ? journal.sequence_after(instant_of(run, arguments, "at"))
                                     : until.value_or(journal.size()));
    if (arguments.json)
      print_json(replay.world(), replay.next());
    else
      print_text(replay.world(), replay.next(), journal.size(), arguments.has("all"));
    return done;
  });
}

}  // namespace berth::tools
