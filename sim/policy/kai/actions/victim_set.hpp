// The victims of one step of the search (kai-semantics.md sections 4, 9.3, 10.2): those recorded by the step before, and
// chunks of victim jobs, popped one at a time, worst first, and never given back.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/policy/kai/actions/victim_set_filters.hpp"
#include "sim/policy/kai/order/job_heap.hpp"
#include "sim/policy/kai/session/cycle.hpp"
#include "sim/policy/kai/session/partial_job.hpp"

namespace berth::policy::kai {

class VictimSet {
 public:
  // `pending`: the partial copy of the pending job; `tasks`: its tasks; `victims`: whole jobs, in order of creation;
  // `recorded`: chunks of victims of the step before; `nodes`: feasible ones, those of the recorded victims included.
  VictimSet(Cycle& cycle, PartialJobs& copies, JobIx pending, const std::vector<TaskIx>& tasks,
            const std::vector<JobIx>& victims, const std::vector<std::vector<TaskIx>>& recorded,
            const NodeList& nodes);

  // Pops a chunk. False: there is none left. A chunk that holds a recorded task adds nothing, and the next is popped.
  bool grow();
  // The filters before simulating (9.5, 10.12).
  bool passes_filters() const;

  const std::vector<TaskIx>& recorded() const { return recorded_; }
  // Recorded chunks, then those popped, in order.
  const std::vector<std::vector<TaskIx>>& chunks() const { return chunks_; }
  static constexpr std::size_t no_chunk = ~std::size_t{0};
  std::size_t chunk_of(TaskIx victim) const { return chunk_of_[index_of(victim)]; }
  // Recorded victims, then the chunks' tasks in pop order.
  const std::vector<TaskIx>& victims() const { return victims_; }
  // The job of the latest chunk; none: there are only recorded victims.
  JobIx latest() const { return latest_; }
  // Who goes when the search looks at a node: every chunk so far, recorded ones included, of each job with a chunk's task
  // there (10.3). `out` is overwritten. O(victims).
  void victims_at(NodeIx node, std::vector<TaskIx>& out);

 private:
  bool add_chunk(JobIx popped);
  void free(TaskIx task);

  Cycle& c_;
  PartialJobs& copies_;
  JobHeap heap_;
  std::vector<std::vector<TaskIx>> chunks_;
  std::size_t recorded_chunks_ = 0;
  std::vector<TaskIx> recorded_;
  std::vector<std::size_t> chunk_of_;  // by task
  std::vector<TaskIx> victims_;
  JobIx latest_ = none<JobIx>();
  IdleGpuFilter idle_gpus_;
  TopologyGpuFilter topology_;
  std::vector<TaskIx> picky_;         // pending tasks whose required node affinity no node satisfies so far
  std::vector<std::uint32_t> marks_;  // victims_at: by job, the pass that marked it
  std::uint32_t pass_ = 0;
};

}  // namespace berth::policy::kai
