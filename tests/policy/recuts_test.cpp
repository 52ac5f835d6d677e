#include "sim/policy/recuts.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "berth/policy/policy.hpp"
#include "sim/cluster/gpu_checks.hpp"
#include "tests/support/scene.hpp"

using namespace berth;
using namespace berth::policy;

namespace {

struct Scene : tests::Scene {
  std::unique_ptr<Policy> policy;
  WorkingCluster working;

  explicit Scene(const char* name = "fifo-skip") {
    cluster.models = cluster::ModelTable::standard();
    PolicySpec spec;
    spec.name = name;
    policy = make_policy(spec);
  }

  // A node of one H100 whose layout may be cut anew.
  NodeId add_node(const std::vector<std::string>& layout, bool on_demand = true) {
    cluster::NodeSpec spec = tests::node_spec("mig-" + std::to_string(cluster.nodes.size()), 1);
    spec.gpu_model = *cluster.models.find("H100-SXM5-80GB");
    spec.mig_enabled = true;
    spec.mig_strategy = cluster::MigStrategy::mixed;
    spec.repartition_on_demand = on_demand;
    spec.mig_layout = cluster::read_mig_layout(cluster.models[spec.gpu_model], layout).instances;
    return cluster.add_node(spec);
  }

  WorkloadId submit(const char* profile, int count = 1, int pods = 1) {
    workload::GpuRequest gpu;
    gpu.kind = workload::GpuRequestKind::mig;
    gpu.mig = {{profile, count}};
    return tests::Scene::submit(tests::shape(gpu), pods, pods);
  }

  // What a pass decides, as text: "bind w0", "cut mig-0: 1g.10gb@0 3g.40gb@4*" (* in use).
  std::vector<std::string> pass() {
    std::vector<std::string> lines;
    for (const Decision& decision : tests::one_pass(*policy, *this, working)) {
      if (const auto* bind = std::get_if<Bind>(&decision)) {
        lines.push_back("bind " + workloads.all[workloads.pods[bind->pod].workload].spec.name);
        start(bind->pod, bind->node, bind->devices);
      } else if (const auto* cut = std::get_if<Repartition>(&decision)) {
        lines.push_back("cut " + cluster.nodes[cut->node].name + ":" + text_of(cut->node, cut->instances));
        begin(*cut);
      }
    }
    return lines;
  }

  // The cuts under way are done.
  void finish_cuts() {
    for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
      auto instances = cluster.occupancy[id_of<NodeId>(i)].instances;
      for (auto& instance : instances) instance.coming = false;
      cluster.occupancy.set_instances(id_of<NodeId>(i), 0, instances);
    }
  }

 private:
  void begin(const Repartition& cut) {
    const auto before = cluster.occupancy[cut.node].instances;
    auto during = cut.instances;
    for (auto& instance : during) {
      bool there = false;
      for (const auto& b : before)
        there = there || (b.start == instance.start && b.profile == instance.profile);
      instance.coming = !there;
    }
    cluster.occupancy.set_instances(cut.node, cut.device, during);
  }

  std::string text_of(NodeId node, const std::vector<cluster::MigInstance>& instances) const {
    std::string text;
    for (const auto& i : instances)
      text += " " + cluster.models[cluster.nodes[node].gpu_model].mig.profiles[i.profile].name + "@" +
              std::to_string(int(i.start)) + (i.used ? "*" : "");
    return text;
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an idle instance is cut when that lets a waiting workload start") {
  Scene scene;
  scene.add_node({"3g.40gb", "3g.40gb"});
  scene.submit("3g.40gb");
  CHECK(scene.pass() == Lines{"bind w0"});
  scene.submit("1g.20gb", 2);
  CHECK(scene.pass() == Lines{"cut mig-0: 3g.40gb@0* 1g.20gb@4 1g.20gb@6"});
  CHECK(scene.pass().empty());  // it waits for what is coming
  scene.finish_cuts();
  CHECK(scene.pass() == Lines{"bind w1"});
}

TEST_CASE("what is in use is never cut, and nothing is cut in vain") {
  Scene scene;
  scene.add_node({"3g.40gb", "3g.40gb"});
  scene.submit("3g.40gb");
  scene.pass();
  scene.submit("7g.80gb");
  CHECK(scene.pass().empty());
  scene.submit("4g.40gb");  // starts at 0 only, where the first one runs
  CHECK(scene.pass().empty());
}

TEST_CASE("the node of the smallest disturbance is cut, once for all who wait") {
  Scene scene;
  scene.add_node({"3g.40gb", "2g.20gb", "2g.20gb"});
  scene.add_node({"7g.80gb"});
  scene.submit("4g.40gb");
  scene.submit("1g.10gb");
  scene.submit("1g.10gb");
  // The 4g needs slices 0-3 of mig-0, where two 2g are, or the single 7g of mig-1; the 1g go where there is room then.
  CHECK(scene.pass() == Lines{"cut mig-1: 4g.40gb@0 1g.10gb@4 1g.10gb@6"});
}

TEST_CASE("static layouts stay, and fifo cuts for its head alone") {
  Scene still;
  still.add_node({"7g.80gb"}, false);
  still.submit("1g.10gb");
  CHECK(still.pass().empty());

  Scene scene("fifo");
  scene.add_node({"7g.80gb"});
  scene.submit("7g.80gb");
  scene.pass();
  scene.submit("7g.80gb");  // waits for the running one
  scene.submit("1g.10gb");
  CHECK(scene.pass().empty());
}

TEST_CASE("a gang's cuts are asked for together or not at all") {
  Scene scene;
  scene.add_node({"7g.80gb"});
  scene.add_node({"7g.80gb"});
  scene.submit("4g.40gb", 1, 3);
  CHECK(scene.pass().empty());  // two GPUs hold two of the three
  scene.submit("4g.40gb", 1, 2);
  CHECK(scene.pass() == Lines{"cut mig-0: 4g.40gb@0", "cut mig-1: 4g.40gb@0"});
  scene.finish_cuts();
  CHECK(scene.pass() == Lines{"bind w1", "bind w1"});
}
