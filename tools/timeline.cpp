// berth timeline: a run in the terminal. What each node pool had allocated and waiting over time, and a line a workload.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"
#include "sim/records/json_writer.hpp"
#include "sim/records/words/summary.hpp"
#include "sim/runs/timeline.hpp"
#include "tools/commands.hpp"
#include "tools/run_argument.hpp"

namespace berth::tools {
namespace {

constexpr std::size_t name_width = 20, note_width = 16;

bool utf8_terminal() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    const std::string text(value);
    return text.find("UTF-8") != std::string::npos || text.find("utf8") != std::string::npos;
  }
  return false;
}

// A bar of height 0 to 8.
std::string bar(std::int64_t value, std::int64_t most, bool utf8) {
  static constexpr std::array<const char*, 9> blocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::array<const char*, 9> ascii{" ", ".", ":", "-", "=", "+", "*", "%", "#"};
  std::int64_t height = most <= 0 ? 0 : (value * 8 + most - 1) / most;  // anything above nothing shows
  height = std::clamp<std::int64_t>(height, 0, 8);
  return (utf8 ? blocks : ascii)[static_cast<std::size_t>(height)];
}

std::string fixed(std::string text, std::size_t width) {
  if (text.size() > width) text = text.substr(0, width - 1) + "~";
  text.resize(width, ' ');
  return text;
}

std::size_t chart_width(const Arguments& arguments) {
  if (const auto width = arguments.number("width", 1, 1000)) return *width;
  winsize size{};
  const bool terminal = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const std::size_t columns = terminal ? size.ws_col : 100;
  return std::max<std::size_t>(
      20, columns > name_width + note_width + 6 ? columns - name_width - note_width - 6 : 20);
}

void print_pools(const runs::Timeline& chart, const simulation::World& world, bool utf8) {
  const auto rows = [&](const char* title, auto value, auto scale, auto note) {
    std::cout << title << "\n";
    for (std::size_t i = 0; i < chart.pools.size(); ++i) {
      const std::int64_t most = scale(chart.pools[i]);
      std::cout << "  " << fixed(world.cluster.pools[id_of<PoolId>(i)].name, name_width) << "|";
      for (const auto& cell : chart.pools[i]) std::cout << bar(value(cell), most, utf8);
      std::cout << "| " << note(chart.pools[i]) << "\n";
    }
  };
  const auto highest = [](auto member) {
    return [member](const std::vector<runs::PoolColumn>& cells) {
      std::int64_t most = 0;
      for (const auto& cell : cells) most = std::max(most, cell.*member);
      return most;
    };
  };
  rows(
      "GPUs allocated", [](const runs::PoolColumn& cell) { return cell.allocated_milli; },
      highest(&runs::PoolColumn::capacity_milli),
      [&](const std::vector<runs::PoolColumn>& cells) {
        return "of " + print_decimal(highest(&runs::PoolColumn::capacity_milli)(cells) / 1000, 0);
      });
  rows(
      "workloads waiting", [](const runs::PoolColumn& cell) { return cell.waiting_milli; },
      highest(&runs::PoolColumn::waiting_milli),
      [&](const std::vector<runs::PoolColumn>& cells) {
        return "up to " + print_fixed((highest(&runs::PoolColumn::waiting_milli)(cells) + 50) / 100, 1);
      });
}

void print_workloads(const runs::Timeline& chart, const simulation::World& world, std::size_t shown) {
  std::cout << "workloads   " << runs::phase_legend << "\n";
  const std::size_t count = std::min(shown, chart.workloads.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& workload = world.workloads.all[id_of<WorkloadId>(i)];
    std::cout << "  " << fixed(workload.spec.name, name_width) << "|" << chart.workloads[i] << "| "
              << workload::name_of(workload.phase) << "\n";
  }
  if (count < chart.workloads.size())
    std::cout << "  ... and " << records::grouped(static_cast<std::int64_t>(chart.workloads.size() - count))
              << " more (--workloads N shows N)\n";
}

void print_json(const runs::Timeline& chart, const simulation::World& world, std::size_t columns,
                std::size_t shown) {
  records::JsonWriter out(2);
  out.begin_object().key("start").instant(chart.start).key("end").instant(chart.end);
  out.key("columns").integer(static_cast<std::int64_t>(columns)).key("node_pools").begin_array();
  for (std::size_t i = 0; i < chart.pools.size(); ++i) {
    out.begin_object().key("name").string(world.cluster.pools[id_of<PoolId>(i)].name);
    const auto series = [&](const char* name, auto member) {
      out.key(name).begin_array();
      for (const auto& cell : chart.pools[i]) out.milli(cell.*member);
      out.end_array();
    };
    series("gpus_allocated", &runs::PoolColumn::allocated_milli);
    series("gpus", &runs::PoolColumn::capacity_milli);
    series("waiting", &runs::PoolColumn::waiting_milli);
    series("running", &runs::PoolColumn::running_milli);
    out.end_object();
  }
  out.end_array();
  if (shown > 0) {
    // A letter a column, as the terminal shows them.
    out.key("workloads").begin_array();
    for (std::size_t i = 0; i < std::min(shown, chart.workloads.size()); ++i)
      out.begin_object()
          .key("name")
          .string(world.workloads.all[id_of<WorkloadId>(i)].spec.name)
          .key("phases")
          .string(chart.workloads[i])
          .end_object();
    out.end_array();
  }
  out.end_object();
  std::cout << out.text() << "\n";
}

}  // namespace

void add_timeline_options(po::options_description_easy_init& add) {
  add("width", po::value<std::string>()->value_name("N"),
      "columns of the chart (default: what the terminal has)");
  add("workloads", po::value<std::string>()->value_name("N"),
      "how many workloads to show, by submission (default: 20; with --json none)");
}

int run_timeline(const Arguments& arguments) {
  const std::string path = arguments.positional[0];
  const std::size_t columns = chart_width(arguments);
  const std::size_t shown = arguments.number("workloads", 0).value_or(arguments.json ? 0 : 20);
  runs::RunReader run = open_run(path);
  return runs::reading(path, [&] {
    const runs::Timeline chart = runs::timeline_of(run.journal(), columns);
    const simulation::World world = run.journal().world_before(run.journal().size());
    if (arguments.json) {
      print_json(chart, world, columns, shown);
      return done;
    }
    const auto& header = run.journal().header();
    std::cout << header.name << ": " << records::short_duration(chart.end - chart.start) << " from "
              << print_instant(chart.start) << ", a column is "
              << records::short_duration(
                     (chart.end - chart.start).micros < 0
                         ? Duration{}
                         : Duration{(chart.end - chart.start).micros / static_cast<std::int64_t>(columns)})
              << "\n\n";
    const bool utf8 = utf8_terminal();
    print_pools(chart, world, utf8);
    std::cout << "\n";
    print_workloads(chart, world, shown);
    return done;
  });
}

}  // namespace berth::tools
