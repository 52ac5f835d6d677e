// What one key cannot say by itself: names that must exist, be unique or agree; and the defaults that depend on other parts.
// Each function reports every fault that it finds and goes on.
#pragma once

#include <functional>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "berth/cluster/gpu_model.hpp"
#include "berth/core/diagnostic.hpp"
#include "berth/scenario/load.hpp"
#include "berth/scenario/scenario.hpp"
#include "sim/scenario/text/reader.hpp"

namespace berth::scenario {

class Checker {
 public:
  Checker(Reader& reader, Scenario& scenario, const LoadOptions& options)
      : reader_(reader), scenario_(scenario), options_(options) {}

  // In this order: later ones look up what earlier ones know.
  void cluster();
  void trace();
  void organization();
  void policy();
  void workloads();
  void generators();
  void events();
  void expectations();
  // What is valid and will disappoint (check_prospects.cpp). Only for a scenario without faults.
  void warn_of_disappointments();
  // What is said and the chosen policy does not heed.
  void warn_of_unheeded();

 private:
  struct PoolFacts {
    std::vector<GpuModelId> models;  // of its nodes
  };

  // prospects
  struct Prospect;
  using HoldsGang = std::function<bool(const std::vector<std::pair<workload::PodShape, std::int32_t>>& ask,
                                       const std::vector<Name>& pools, const TopologySpec* topology,
                                       const std::string& level)>;
  std::vector<Prospect> prospects() const;
  void warn_of_large_gang(const Prospect& prospect, const HoldsGang& holds);
  void warn_of_large_rows(
      const std::function<bool(const workload::PodShape&, const std::vector<Name>&)>& fits,
      std::int32_t most_gpus);
  void warn_of_times();
  void warn_of_limits(const DepartmentSpec& above);
  void warn_of_quotas(const std::vector<Prospect>& all);
  std::vector<Name> pools_in(const Prospect& prospect, const ProjectSpec* project) const;
  static std::int64_t gpu_milli_of_least(const Prospect& prospect);
  static bool asks_for_gpu_memory(const Prospect& prospect);
  // Reports an instant before the run's start.
  void not_before_start(const When& when, Mark mark, std::string_view what);

  // cluster
  void gpu_models();
  void pool(PoolSpec& pool);
  void group(const PoolSpec& pool, NodeGroup& group);
  void group_mig(const NodeGroup& group, const cluster::GpuModel& model);
  void group_changes(const PoolSpec& pool);
  void node_names();
  void count_nodes();

  // trace
  void read_trace(TraceSpec& trace);
  // The file's stream, its hash checked or noted; nothing when it cannot be read (reported).
  std::unique_ptr<std::istream> open_trace(TraceFile& file);

  // organization
  void department(DepartmentSpec& department, int depth);
  void project(ProjectSpec& project);
  void quotas(std::vector<PoolQuota>& quotas);
  void pool_names(const std::vector<Name>& names);
  std::vector<Name> pools_of_project(const std::string& project) const;

  // workloads
  void common(WorkloadCommon& workload, const std::vector<Name>& default_pools);
  void shape_of_gang(WorkloadCommon& workload, Mark mark);
  void drawn_gang(GeneratorSpec& generator);
  // Names unique, minimums filled in; the number of pods below.
  std::int64_t sub_groups(std::vector<SubGroupSpec>& groups, std::set<std::string>& names);
  void gang_topology(GangTopology& topology);
  void gpu(const workload::GpuRequest& gpu, Mark mark, const std::vector<Name>& pools);
  void dependencies();
  // Pods and their memory, of all listed workloads and of each generator, within the bounds.
  void count_pods();
  void count_arrivals(const GeneratorSpec& generator);
  void metric(const Expectation& expectation);
  // Reports a project or department that does not exist.
  void known_department(const Name& name);
  bool known_project(const Name& name);
  bool only_default_project() const;
  // Were there workloads that could not be read? Then any name may be one's.
  bool lost_workloads() const;
  bool lost_nodes() const;
  // Listed, in the trace, or what a generator would name so.
  bool names_workload(const std::string& name);

  Reader& reader_;
  Scenario& scenario_;
  const LoadOptions& options_;

  cluster::ModelTable models_ = cluster::ModelTable::standard();
  std::vector<std::string> pools_;  // in scenario order; that of the trace last
  std::map<std::string, PoolFacts, std::less<>> pool_facts_;
  std::map<std::string, Mark, std::less<>> groups_;
  std::vector<std::string> nodes_;  // all names, sorted
  std::map<std::string, const ProjectSpec*, std::less<>> projects_;
  std::map<std::string, Mark, std::less<>> departments_;
  std::map<std::string, Mark, std::less<>> workloads_;
  std::set<std::string_view> trace_workloads_;
};

// The node pool of a trace's nodes.
inline constexpr const char* trace_pool = "default";
inline constexpr const char* default_queue = "default";  // project and department of what names none

}  // namespace berth::scenario
