#include "sim/policy/study_placement.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "berth/cluster/occupancy.hpp"
#include "sim/core/random.hpp"
#include "sim/policy/fit.hpp"
#include "sim/policy/placement/node_table.hpp"
#include "sim/policy/placement/score_board.hpp"
#include "sim/policy/placement/study_scores.hpp"

namespace berth::policy {

namespace {

using workload::GpuRequestKind;

const char* name_of(StudyScore score) {
  switch (score) {
    case StudyScore::dot_product:
      return "dot-product";
    case StudyScore::best_fit:
      return "study-best-fit";
    case StudyScore::gpu_packing:
      return "gpu-packing";
    case StudyScore::gpu_clustering:
      return "gpu-clustering";
    case StudyScore::fgd:
      return "fgd";
    case StudyScore::random:
      return "random";
  }
  return "";
}

// Boards are dropped all together beyond this: each is four bytes a node, and a trace may bring a shape a pod.
constexpr std::size_t max_board_bytes = 16U << 20U;

class StudyPlacement final : public Placement {
 public:
  StudyPlacement(StudyScore score, const PolicySpec& spec)
      : score_(score), draws_(spec.seed, 0, "placement"), typical_(spec.typical) {
    if (score == StudyScore::fgd && typical_.empty())
      throw std::invalid_argument("placement 'fgd' needs typical pods: name a pod list as trace.typical");
  }

  std::string_view name() const override { return name_of(score_); }
  std::optional<Place> place(const Snapshot& snapshot, const cluster::Occupancy& occupancy, ShapeId shape,
                             PodId pod) override;
  void drop_caches() override { pools_.clear(); }

 private:
  // A shape's scores over the pool.
  struct Scores {
    ScoreBoard board;
    std::uint64_t turn = 0;           // of the table, when they were last brought up to date
    std::vector<std::uint8_t> could;  // could_fit by position, for shapes whose answer does not change
  };
  struct Pool {
    NodeTable table;
    IdVector<ShapeId, Scores> scores;
    std::uint64_t generation = 0;
    std::size_t board_bytes = 0;
  };

  const Fragmentation* measure(const Snapshot& snapshot);
  // Is the shape one whose fit the table can tell by itself?
  static bool plain(const Pool& pool, const workload::PodShape& shape) {
    switch (shape.gpu.kind) {
      case GpuRequestKind::none:
      case GpuRequestKind::fraction:
        return true;
      case GpuRequestKind::whole:
        return !pool.table.instances_as_gpus();
      case GpuRequestKind::memory:
      case GpuRequestKind::mig:
        return false;
    }
    return false;
  }
  static Ask ask_of(const workload::PodShape& shape, const cluster::NodeSpec& spec);
  Scores& scores_of(Pool& pool, const Snapshot& snapshot, ShapeId shape);
  std::int32_t evaluate(const NodeEntry& node, const Ask& ask) const;
  std::int32_t evaluate_any(const Snapshot& snapshot, const cluster::Occupancy& occupancy,
                            const NodeEntry& node, const workload::PodShape& shape) const;
  void catch_up(Pool& pool, Scores& scores, const Snapshot& snapshot, const cluster::Occupancy& occupancy,
                const workload::PodShape& shape) const;
  cluster::DeviceAssignment devices_on(const Snapshot& snapshot, const cluster::Occupancy& occupancy,
                                       const NodeEntry& node, const workload::PodShape& shape) const;

  static cluster::DeviceAssignment drawn_devices(const Snapshot& snapshot,
                                                 const cluster::Occupancy& occupancy, const NodeEntry& node,
                                                 const workload::PodShape& shape, Random& draw);

  StudyScore score_;
  RandomStream draws_;
  std::vector<PodClass> typical_;
  std::unique_ptr<Fragmentation> measure_;
  IdVector<PoolId, Pool> pools_;
};

const Fragmentation* StudyPlacement::measure(const Snapshot& snapshot) {
  if (score_ != StudyScore::fgd) return nullptr;
  if (!measure_) measure_ = std::make_unique<Fragmentation>(typical_, snapshot.cluster->models);
  return measure_.get();
}

Ask StudyPlacement::ask_of(const workload::PodShape& shape, const cluster::NodeSpec& spec) {
  const PodClass c = class_of(shape, spec.gpu_memory);
  Ask ask;
  ask.cpu = shape.cpu.value;
  ask.memory = shape.memory.value;
  ask.devices = c.devices;
  ask.milli = static_cast<std::int32_t>(c.milli.value);
  return ask;
}

StudyPlacement::Scores& StudyPlacement::scores_of(Pool& pool, const Snapshot& snapshot, ShapeId shape) {
  if (pool.generation != pool.table.generation() || pool.board_bytes > max_board_bytes) {
    pool.scores.clear();
    pool.board_bytes = 0;
    pool.generation = pool.table.generation();
  }
  if (pool.scores.size() <= index_of(shape)) pool.scores.resize(index_of(shape) + 1);
  Scores& scores = pool.scores[shape];
  if (!scores.board.empty()) return scores;
  const workload::PodShape& pod = snapshot.workloads->shapes[shape];
  scores.board.reset(pool.table.size());
  scores.could.resize(pool.table.size(), 1);
  if (plain(pool, pod)) {
    for (std::size_t i = 0; i < pool.table.size(); ++i)
      scores.could[i] = could_fit(*snapshot.cluster, pool.table[i].id, pod) ? 1 : 0;
  }
  scores.turn = 0;
  pool.board_bytes += pool.table.size() * (sizeof(std::int32_t) + 1);
  return scores;
}

std::int32_t StudyPlacement::evaluate(const NodeEntry& node, const Ask& ask) const {
  switch (score_) {
    case StudyScore::dot_product:
      return dot_product_score(node, ask);
    case StudyScore::best_fit:
      return study_best_fit_score(node, ask);
    case StudyScore::gpu_packing:
      return gpu_packing_score(node, ask);
    case StudyScore::gpu_clustering:
      return gpu_clustering_score(node, ask);
    case StudyScore::fgd:
      return fgd_choice(node, ask, *measure_).score;
    case StudyScore::random:
      return 0;
  }
  return ScoreBoard::unfit;
}

namespace {

bool has_room(const NodeEntry& node, const Ask& ask) {
  if (node.left.cpu < ask.cpu || node.memory < ask.memory || node.pods < 1) return false;
  if (ask.devices == 0) return true;
  if (ask.whole()) return node.vacant >= ask.devices;
  if (ask.devices == 1) return node.largest >= ask.milli;
  const auto first = node.left.milli.begin();
  return std::count_if(first, first + node.left.devices, [&](std::int16_t g) { return g >= ask.milli; }) >=
         ask.devices;
}

}  // namespace

std::int32_t StudyPlacement::evaluate_any(const Snapshot& snapshot, const cluster::Occupancy& occupancy,
                                          const NodeEntry& node, const workload::PodShape& shape) const {
  if (!could_fit(*snapshot.cluster, node.id, shape) ||
      !fits_now(*snapshot.cluster, node.id, occupancy[node.id], shape))
    return ScoreBoard::unfit;
  return evaluate(node, ask_of(shape, snapshot.cluster->nodes[node.id]));
}

void StudyPlacement::catch_up(Pool& pool, Scores& scores, const Snapshot& snapshot,
                              const cluster::Occupancy& occupancy, const workload::PodShape& shape) const {
  if (plain(pool, shape)) {
    const Ask ask = ask_of(shape, {});
    pool.table.changed_since(scores.turn, [&](std::size_t i) {
      const NodeEntry& node = pool.table[i];
      const bool fits = scores.could[i] != 0 && has_room(node, ask);
      scores.board.set(i, fits ? evaluate(node, ask) : ScoreBoard::unfit);
    });
  } else {
    pool.table.changed_since(scores.turn, [&](std::size_t i) {
      scores.board.set(i, evaluate_any(snapshot, occupancy, pool.table[i], shape));
    });
  }
  scores.turn = pool.table.turn();
}

cluster::DeviceAssignment StudyPlacement::devices_on(const Snapshot& snapshot,
                                                     const cluster::Occupancy& occupancy,
                                                     const NodeEntry& node,
                                                     const workload::PodShape& shape) const {
  const bool shares = shape.gpu.kind == GpuRequestKind::fraction || shape.gpu.kind == GpuRequestKind::memory;
  if (score_ == StudyScore::fgd && shares) {
    const Ask ask = ask_of(shape, snapshot.cluster->nodes[node.id]);
    return {fgd_choice(node, ask, *measure_).devices, {}};
  }
  return choose_devices(*snapshot.cluster, node.id, occupancy[node.id], shape, DeviceRule::tightest);
}

// Shares take any devices that fit, each with the same probability; everything else goes by the common rule.
cluster::DeviceAssignment StudyPlacement::drawn_devices(const Snapshot& snapshot,
                                                        const cluster::Occupancy& occupancy,
                                                        const NodeEntry& node,
                                                        const workload::PodShape& shape, Random& draw) {
  const cluster::NodeSpec& spec = snapshot.cluster->nodes[node.id];
  const cluster::NodeOccupancy& now = occupancy[node.id];
  if (shape.gpu.kind != GpuRequestKind::fraction && shape.gpu.kind != GpuRequestKind::memory)
    return choose_devices(*snapshot.cluster, node.id, now, shape, DeviceRule::tightest);
  std::vector<int> fitting;
  for (int d = 0; d < spec.gpus; ++d) {
    if (cluster::share_fits(spec, now.devices[static_cast<std::size_t>(d)], shape.gpu,
                            cluster::DeviceBook::thousandths))
      fitting.push_back(d);
  }
  cluster::DeviceAssignment chosen;
  for (std::int32_t n = 0; n < shape.gpu.devices; ++n) {
    const auto i = fitting.begin() + static_cast<std::ptrdiff_t>(draw.below(fitting.size()));
    chosen.devices |= cluster::device_bit(*i);
    fitting.erase(i);
  }
  return chosen;
}

std::optional<Place> StudyPlacement::place(const Snapshot& snapshot, const cluster::Occupancy& occupancy,
                                           ShapeId shape, PodId pod) {
  if (pools_.size() <= index_of(snapshot.pool)) pools_.resize(index_of(snapshot.pool) + 1);
  Pool& pool = pools_[snapshot.pool];
  pool.table.follow(snapshot, occupancy, measure(snapshot));
  Scores& scores = scores_of(pool, snapshot, shape);
  const workload::PodShape& pod_shape = snapshot.workloads->shapes[shape];
  catch_up(pool, scores, snapshot, occupancy, pod_shape);
  if (score_ == StudyScore::random) {
    if (scores.board.fit_count() == 0) return std::nullopt;
    Random draw = draws_.at(index_of(pod));
    const NodeEntry& node = pool.table[scores.board.nth_fit(draw.below(scores.board.fit_count()))];
    return Place{node.id, drawn_devices(snapshot, occupancy, node, pod_shape, draw)};
  }
  const auto best = scores.board.best();
  if (!best) return std::nullopt;
  const NodeEntry& node = pool.table[*best];
  return Place{node.id, devices_on(snapshot, occupancy, node, pod_shape)};
}

}  // namespace

std::unique_ptr<Placement> make_study_placement(StudyScore score, const PolicySpec& spec) {
  return std::make_unique<StudyPlacement>(score, spec);
}

}  // namespace berth::policy
