#include "sim/cluster/gpu_checks.hpp"

#include <catch2/catch.hpp>

using namespace berth;
using namespace berth::cluster;
using workload::GpuRequest;

namespace {

const GpuModel& model(const char* name) {
  const ModelTable& table = ModelTable::standard();
  return table[*table.find(name)];
}

std::string problem_of(const char* name, const std::vector<std::string>& layout) {
  const WrittenLayout read = read_mig_layout(model(name), layout);
  CHECK(read.instances.empty());
  return read.problem.value_or("");
}

GpuRequest mig(const char* profile) {
  GpuRequest request;
  request.kind = workload::GpuRequestKind::mig;
  request.mig = {{profile, 1}};
  return request;
}

}  // namespace

TEST_CASE("an unknown model or profile is answered with the nearest name") {
  CHECK(unknown_model(ModelTable::standard(), "NVIDIA-H100-80GB-HBM2") ==
        std::string("unknown GPU model 'NVIDIA-H100-80GB-HBM2'; did you mean 'NVIDIA-H100-80GB-HBM3'?"));
  CHECK(unknown_model(ModelTable::standard(), "Voodoo-2") == std::string("unknown GPU model 'Voodoo-2'"));
  CHECK_FALSE(unknown_model(ModelTable::standard(), "Tesla-T4").has_value());
  CHECK(unknown_model(ModelTable::standard(), "H100") ==
        std::string("unknown GPU model 'H100'; did you mean 'H100-SXM5-80GB' (NVIDIA-H100-80GB-HBM3), "
                    "'H100-PCIE-80GB' (NVIDIA-H100-PCIe) or 'H100-NVL-94GB' (NVIDIA-H100-NVL)?"));
  CHECK(unknown_model(ModelTable::standard(), "A100")
            .value()
            .find("'A100-SXM4-40GB' (NVIDIA-A100-SXM4-40GB)") != std::string::npos);  // and not the A10
  CHECK(unknown_model(ModelTable::standard(), "Voodoo") == std::string("unknown GPU model 'Voodoo'"));
  CHECK(unknown_model(ModelTable::standard(), "H100-SXM5-80G") ==
        std::string("unknown GPU model 'H100-SXM5-80G'; did you mean 'H100-SXM5-80GB'?"));

  CHECK(unknown_profile(model("H100-SXM5-80GB"), "3g.41gb") ==
        std::string("GPU model H100-SXM5-80GB has no MIG profile '3g.41gb'; did you mean '3g.40gb'?"));
  CHECK(unknown_profile(model("T4"), "1g.5gb") ==
        std::string("GPU model T4 cannot be cut into MIG instances"));
  CHECK_FALSE(unknown_profile(model("A30"), "1g.6gb.me").has_value());
}

TEST_CASE("a layout that the model cannot hold is refused with what collides") {
  CHECK(problem_of("H100-SXM5-80GB", {"4g.40gb", "4g.40gb"}) ==
        "GPU model H100-SXM5-80GB cannot hold the layout 4g.40gb, 4g.40gb: 4g.40gb, which starts at memory "
        "slice 0, "
        "collides with 4g.40gb at slices 0-3");
  CHECK(problem_of("H100-SXM5-80GB", {"3g.40gb@0", "2g.20gb@2"}) ==
        "GPU model H100-SXM5-80GB cannot hold the layout 3g.40gb@0, 2g.20gb@2: 2g.20gb at slices 2-3 "
        "collides with "
        "3g.40gb at slices 0-3");
  CHECK(problem_of("A30", {"2g.12gb@1"}) ==
        "GPU model A30 cannot hold the layout 2g.12gb@1: 2g.12gb cannot start at memory slice 1; it starts "
        "at 0 or 2");
  CHECK(problem_of("A30", {"2g.12gb@1", "1g.6gb"}) ==
        "the layout 2g.12gb@1, 1g.6gb names the start of some instances only (expected all or none)");
  CHECK(problem_of("A30", {"2g.12gb@two"}) ==
        "the start in '2g.12gb@two' is not a memory slice (expected such as '2g.12gb@0')");
  CHECK(problem_of("A30", {"1g.5gb"}) == "GPU model A30 has no MIG profile '1g.5gb'; did you mean '1g.6gb'?");
  CHECK(problem_of("A30", std::vector<std::string>(5, "1g.6gb")) ==
        "GPU model A30 cannot hold the layout 1g.6gb, 1g.6gb, 1g.6gb, 1g.6gb, 1g.6gb: 1g.6gb, which starts "
        "at memory "
        "slice 0, 1, 2 or 3, collides with 1g.6gb at slice 0, 1g.6gb at slice 1, 1g.6gb at slice 2, 1g.6gb "
        "at slice 3");
}

TEST_CASE("a layout is placed by the start rule or as written") {
  const GpuModel& h100 = model("H100-SXM5-80GB");
  const auto starts = [&](const std::vector<std::string>& layout) {
    const WrittenLayout read = read_mig_layout(h100, layout);
    CHECK_FALSE(read.problem.has_value());
    std::vector<std::pair<std::string, int>> result;
    for (const MigInstance& i : read.instances)
      result.emplace_back(h100.mig.profiles[i.profile].name, int(i.start));
    return result;
  };
  using Starts = std::vector<std::pair<std::string, int>>;
  CHECK(starts({"3g.40gb", "2g.20gb", "1g.10gb", "1g.10gb"}) ==
        Starts{{"2g.20gb", 0}, {"1g.10gb", 2}, {"1g.10gb", 3}, {"3g.40gb", 4}});
  CHECK(starts({"1g.10gb@6", "3g.40gb@0"}) == Starts{{"3g.40gb", 0}, {"1g.10gb", 6}});
  CHECK(starts({}) == Starts{});
  const auto on_two = layout_for(2, read_mig_layout(h100, {"7g.80gb"}).instances);
  REQUIRE(on_two.size() == 2);
  CHECK(int(on_two[1].device) == 1);
}

TEST_CASE("a request that no node can hold says what the largest has") {
  Cluster cluster;
  cluster.models = ModelTable::standard();
  cluster.pools.push_back({});
  NodeSpec spec;
  spec.gpus = 8;
  spec.gpu_model = *cluster.models.find("H100-SXM5-80GB");
  spec.gpu_memory = mebibytes(81559);
  const NodeId plain = cluster.add_node(spec);
  spec.mig_enabled = true;
  spec.mig_strategy = MigStrategy::mixed;
  spec.mig_layout =
      layout_for(8, read_mig_layout(cluster.models[spec.gpu_model], {"3g.40gb", "3g.40gb"}).instances);
  const NodeId cut = cluster.add_node(spec);
  spec.gpus = 0;
  spec.mig_enabled = false;
  spec.mig_layout.clear();
  const NodeId cpu_only = cluster.add_node(spec);

  CHECK(request_problem(cluster, {plain, cpu_only}, GpuRequest::whole(16)) ==
        std::string("no node has 16 GPUs; the largest has 8"));
  CHECK(request_problem(cluster, {cpu_only}, GpuRequest::fraction(GpuMilli(500))) ==
        std::string("no node has a GPU"));
  CHECK(request_problem(cluster, {plain}, GpuRequest::memory_of(Bytes(96LL << 30))) ==
        std::string("no GPU has 96Gi of memory; the largest has 81559Mi"));
  CHECK(request_problem(cluster, {plain}, mig("3g.40gb")) == std::string("no node offers MIG instances"));
  CHECK(request_problem(cluster, {plain, cut}, mig("3g.41gb")) ==
        std::string("no node offers the MIG profile '3g.41gb'; did you mean '3g.40gb'?"));
  CHECK_FALSE(request_problem(cluster, {plain, cut}, mig("3g.40gb")).has_value());
  CHECK_FALSE(request_problem(cluster, {plain}, GpuRequest::memory_of(mebibytes(81559), 8)).has_value());
  CHECK_FALSE(request_problem(cluster, {cpu_only}, GpuRequest::whole(0)).has_value());
}
