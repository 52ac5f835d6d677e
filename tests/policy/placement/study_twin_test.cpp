// The indexed placements against the twin that looks at everything: node and devices, arrival by arrival.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "sim/policy/study_placement.hpp"
#include "tests/support/slow/study_placement.hpp"
#include "tests/support/study_trace.hpp"

using namespace berth;
using policy::StudyScore;

namespace {

const StudyScore scores[] = {StudyScore::dot_product, StudyScore::best_fit, StudyScore::gpu_packing,
                             StudyScore::gpu_clustering, StudyScore::fgd};

}  // namespace

TEST_CASE("the study's scores agree with their slow twin, arrival by arrival", "[study]") {
  if (test::StudyTrace::absent()) return;
  auto trace = test::StudyTrace::load();
  // The whole trace takes the twin seconds a score; every third node and arrival keeps the cluster as full.
  cluster::Cluster third;
  third.models = trace.cluster.models;
  third.pools.push_back({});
  for (std::size_t i = 0; i < trace.cluster.nodes.size(); i += 3)
    third.add_node(trace.cluster.nodes[id_of<NodeId>(i)]);
  trace.cluster = third;
  for (std::size_t i = 0; 3 * i < trace.arrivals.size(); ++i) trace.arrivals[i] = trace.arrivals[3 * i];
  trace.arrivals.resize(trace.arrivals.size() / 3);

  for (const StudyScore score : scores) {
    policy::PolicySpec spec;
    spec.typical = trace.typical;
    const auto fast = policy::make_study_placement(score, spec);
    slow::StudyPlacement twin(score, spec);
    INFO(fast->name());
    const auto quick = test::run_study(trace, *fast);
    const auto sure = test::run_study(trace, twin);
    CHECK(quick.scheduled > 2000);
    CHECK(quick.failed > 500);
    const auto differs =
        std::mismatch(quick.placements.begin(), quick.placements.end(), sure.placements.begin());
    CHECK(differs.first - quick.placements.begin() == std::ptrdiff_t(quick.placements.size()));
  }
}

TEST_CASE("scores and node index agree with the slow twin on random clusters with departures") {
  const bool holds = rc::check("same place for every pod", []() {
    cluster::Cluster cluster;
    cluster.pools.push_back({});
    cluster.pools.push_back({});
    const auto small = cluster.models.intern_opaque("small");
    const auto large = cluster.models.intern_opaque("large");
    const int nodes = *rc::gen::inRange(1, 12);
    for (int i = 0; i < nodes; ++i) {
      cluster::NodeSpec spec;
      spec.name = "n" + std::to_string(i);
      spec.pool = id_of<PoolId>(*rc::gen::inRange<std::size_t>(0, 2));
      spec.gpus = *rc::gen::inRange(0, 9);
      spec.gpu_model = spec.gpus == 0 ? none<GpuModelId>() : *rc::gen::element(small, large);
      spec.cpu = CpuMilli(*rc::gen::element(4'000, 32'000, 96'000));
      spec.memory = mebibytes(*rc::gen::element(16'000, 400'000));
      spec.max_pods = *rc::gen::element(3, 1001);
      cluster.add_node(spec);
    }
    workload::Workloads workloads;
    std::vector<ShapeId> shapes;
    policy::PolicySpec spec;
    for (int i = 0; i < 8; ++i) {
      workload::PodShape shape;
      shape.cpu = CpuMilli(*rc::gen::element(0, 1'000, 6'000, 30'000));
      shape.memory = mebibytes(*rc::gen::element(0, 4'000, 30'000));
      const int kind = *rc::gen::inRange(0, 4);
      if (kind == 1) shape.gpu = workload::GpuRequest::whole(*rc::gen::element(1, 1, 2, 4, 8));
      if (kind >= 2)
        shape.gpu = workload::GpuRequest::fraction(GpuMilli(*rc::gen::element(100, 230, 470, 500, 810, 990)),
                                                   kind == 2 ? 1 : *rc::gen::inRange(1, 4));
      if (*rc::gen::inRange(0, 3) == 0) shape.gpu_models = {"large"};
      shapes.push_back(workloads.intern(shape));
      policy::PodClass c = policy::class_of(shape, Bytes(0));
      c.count = *rc::gen::inRange(1, 50);
      spec.typical.push_back(c);
    }
    policy::Snapshot snapshot;
    snapshot.cluster = &cluster;
    snapshot.workloads = &workloads;

    for (const StudyScore score : scores) {
      const auto fast = policy::make_study_placement(score, spec);
      slow::StudyPlacement twin(score, spec);
      cluster::Occupancy& occupancy = cluster.occupancy;
      struct Held {
        NodeId node;
        ShapeId shape;
        cluster::DeviceAssignment devices;
      };
      std::vector<Held> held;
      for (int step = 0; step < 40; ++step) {
        const int what = *rc::gen::inRange(0, 10);
        if (what < 3 && !held.empty()) {
          const auto i = *rc::gen::inRange<std::size_t>(0, held.size());
          occupancy.release(held[i].node, cluster.nodes[held[i].node], workloads.shapes[held[i].shape],
                            held[i].devices);
          held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
          continue;
        }
        if (what == 3) {
          const auto node = id_of<NodeId>(*rc::gen::inRange<std::size_t>(0, cluster.nodes.size()));
          occupancy.set_cordoned(node, !occupancy[node].cordoned);
        }
        if (what == 4) fast->drop_caches();
        snapshot.pool = id_of<PoolId>(*rc::gen::inRange<std::size_t>(0, 2));
        const ShapeId shape = *rc::gen::elementOf(shapes);
        const auto quick = fast->place(snapshot, occupancy, shape, PodId{});
        const auto sure = twin.place(snapshot, occupancy, shape, PodId{});
        RC_ASSERT(quick.has_value() == sure.has_value());
        if (!quick) continue;
        RC_ASSERT(quick->node == sure->node);
        RC_ASSERT(quick->devices == sure->devices);
        held.push_back({quick->node, shape,
                        occupancy.hold(quick->node, cluster.nodes[quick->node], workloads.shapes[shape],
                                       quick->devices)});
      }
      for (const Held& h : held)
        occupancy.release(h.node, cluster.nodes[h.node], workloads.shapes[h.shape], h.devices);
      for (std::size_t i = 0; i < cluster.nodes.size(); ++i) occupancy.set_cordoned(id_of<NodeId>(i), false);
    }
  });
  CHECK(holds);
}
