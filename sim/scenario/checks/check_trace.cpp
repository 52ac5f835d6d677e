// Traces are read when the scenario is loaded, so that their faults stand beside the scenario's.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "sim/core/sha256.hpp"
#include "sim/core/text.hpp"
#include "sim/formats/openb.hpp"
#include "sim/scenario/checks/checker.hpp"

namespace berth::scenario {

void Checker::trace() {
  if (scenario_.trace) {
    TraceSpec& trace = *scenario_.trace;
    if (!trace.nodes.path.value.empty() &&
        std::find(pools_.begin(), pools_.end(), trace_pool) == pools_.end()) {
      pools_.push_back(trace_pool);
    }
    if (trace.format.empty()) {  // reported
      reader_.lose({"trace"});
    } else if (options_.read_traces) {
      read_trace(trace);
    }
  }
  count_nodes();
  if (pools_.empty() && !reader_.is_lost("a node pool") && !reader_.is_lost("trace")) {
    reader_.error(Mark{}, "no-nodes", "the scenario has no nodes: give cluster.node_pools, or trace.nodes");
  }
}

void Checker::read_trace(TraceSpec& trace) {
  auto data = std::make_shared<formats::OpenbTrace>();
  Diagnostics& diagnostics = reader_.diagnostics();
  if (auto in = open_trace(trace.nodes)) {
    data->nodes = formats::read_openb_nodes(*in, trace.nodes.path.value, diagnostics);
  }
  if (auto in = open_trace(trace.workloads)) {
    data->workloads = formats::read_openb_pods(*in, trace.workloads.path.value, diagnostics);
  }
  if (auto in = open_trace(trace.typical)) {
    data->typical = formats::read_openb_pods(*in, trace.typical.path.value, diagnostics);
  }
  trace.counts = TraceCounts{};
  trace.counts.nodes = static_cast<std::int64_t>(data->nodes.size());
  trace.counts.workloads = static_cast<std::int64_t>(data->workloads.rows.size());
  for (const formats::OpenbPod& pod : data->workloads.rows) {
    trace.counts.never_scheduled += pod.never_scheduled ? 1 : 0;
    trace.counts.zero_length += pod.zero_length ? 1 : 0;
    trace.counts.without_end += pod.length == Duration::max() ? 1 : 0;
  }
  PoolFacts& facts = pool_facts_[trace_pool];
  for (const formats::OpenbNode& node : data->nodes) {
    if (node.model.empty()) continue;
    const GpuModelId model = models_.intern_opaque(node.model);
    if (std::find(facts.models.begin(), facts.models.end(), model) == facts.models.end())
      facts.models.push_back(model);
  }
  trace.data = std::move(data);
}

std::unique_ptr<std::istream> Checker::open_trace(TraceFile& file) {
  const std::string& path = file.path.value;
  if (path.empty()) return nullptr;
  const auto refuse = [&](const std::string& why) {
    reader_.lose({"trace"});
    reader_.error(file.path.mark, "cannot-read",
                  "cannot read trace file " + berth::quoted(path) + ": " + why);
    return nullptr;
  };
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (status.type() == std::filesystem::file_type::not_found) return refuse("no such file");
  if (status.type() == std::filesystem::file_type::directory) return refuse("it is a folder");
  std::ifstream in(path, std::ios::binary);
  if (!in) return refuse("permission denied");
  Sha256 hash;
  std::vector<char> buffer(1 << 16);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    hash.update(std::string_view(buffer.data(), static_cast<std::size_t>(in.gcount())));
  }
  const std::string sha256 = to_hex(hash.finish());
  if (!file.sha256.empty() && file.sha256 != sha256) {
    return refuse("its SHA-256 is " + sha256 + ", not " + file.sha256 +
                  ": it is another file than the scenario means");
  }
  file.sha256 = sha256;
  auto again = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*again) return refuse("it went away while it was read");
  return again;
}

}  // namespace berth::scenario
