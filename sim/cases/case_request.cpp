#include "sim/cases/case_request.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/cases/case_json.hpp"

namespace berth::scenario::case_json {
namespace {

using nlohmann::ordered_json;
using workload::GpuRequest;
using workload::GpuRequestKind;
using workload::NodeRequirement;
using workload::PodShape;
using Operator = NodeRequirement::Operator;

constexpr std::int64_t most_devices = 1'000'000;
constexpr std::array<std::pair<const char*, Operator>, 4> operators{{
    {"in", Operator::in},
    {"not_in", Operator::not_in},
    {"exists", Operator::exists},
    {"does_not_exist", Operator::does_not_exist},
}};

std::int32_t count(const json& object, const char* key, const std::string& where, std::int64_t absent) {
  return static_cast<std::int32_t>(std::min(whole(object, key, where, absent, 0), most_devices));
}

GpuRequest read_gpu(const json& j, const std::string& where) {
  GpuRequest gpu;
  const std::int32_t devices = count(j, "devices", where, 1);
  const json& mig = map(j, "mig", where);
  if (!mig.empty()) {
    gpu.kind = GpuRequestKind::mig;
    for (const auto& [profile, n] : mig.items())
      gpu.mig.push_back(
          {profile, static_cast<std::int32_t>(std::min(whole_of(n, where + ".mig", 1), most_devices))});
  } else if (field(j, "gpu_memory_bytes") != nullptr) {
    gpu = GpuRequest::memory_of(Bytes(whole(j, "gpu_memory_bytes", where, 0, 1)), devices);
  } else if (field(j, "gpu_milli") != nullptr) {
    const std::int64_t portion = whole(j, "gpu_milli", where, 0, 1);
    if (portion > 999) fault(where + ".gpu_milli must be at most 999, not " + std::to_string(portion));
    gpu = GpuRequest::fraction(GpuMilli(portion), devices);
  } else {
    gpu = GpuRequest::whole(count(j, "gpus", where, 0));
  }
  if (field(j, "gpu_milli_limit") != nullptr)
    gpu.portion_limit = GpuMilli(whole(j, "gpu_milli_limit", where, 0, 0));
  if (field(j, "gpu_memory_bytes_limit") != nullptr)
    gpu.memory_limit = Bytes(whole(j, "gpu_memory_bytes_limit", where, 0, 0));
  return gpu;
}

NodeRequirement read_requirement(const json& j, const std::string& where) {
  only_keys(j, where, {"key", "operator", "values"});
  NodeRequirement out;
  out.key = text(j, "key", where);
  const std::string name = text(j, "operator", where, "in");
  const auto found =
      std::find_if(operators.begin(), operators.end(), [&](const auto& o) { return name == o.first; });
  if (found == operators.end()) fault(where + ": unknown operator '" + name + "'");
  out.op = found->second;
  out.values = texts(j, "values", where);
  return out;
}

}  // namespace

PodShape read_request(const json& j, const std::string& asked_by) {
  const std::string where = asked_by + ".request";
  only_keys(j, where,
            {"cpu_milli", "memory_bytes", "gpus", "gpu_milli", "gpu_memory_bytes", "devices", "mig",
             "gpu_milli_limit", "gpu_memory_bytes_limit", "gpu_models", "node_requirements", "tolerations",
             "labels", "pod_affinity", "legacy_mig"});
  PodShape out;
  out.cpu = CpuMilli(whole(j, "cpu_milli", where, 0, 0));
  out.memory = Bytes(whole(j, "memory_bytes", where, 0, 0));
  out.gpu = read_gpu(j, where);
  out.gpu_models = texts(j, "gpu_models", where);
  out.legacy_mig = flag(j, "legacy_mig", where);
  for (const json& one : list(j, "node_requirements", where))
    out.node_requirements.push_back(read_requirement(one, where + ".node_requirements"));
  for (const json& one : list(j, "tolerations", where)) {
    only_keys(one, where + ".tolerations", {"key", "value", "effect"});
    workload::Toleration toleration;
    toleration.key = text(one, "key", where);
    toleration.exists = field(one, "value") == nullptr;
    toleration.value = text(one, "value", where);
    toleration.effect = text(one, "effect", where);
    out.tolerations.push_back(std::move(toleration));
  }
  const auto read_labels = [&](const json& from, const char* key) {
    std::vector<std::pair<std::string, std::string>> labels;
    for (const auto& [name, value] : map(from, key, where).items())
      labels.emplace_back(name, text_of(value, where + "." + key));
    return labels;
  };
  out.labels = read_labels(j, "labels");
  for (const json& one : list(j, "pod_affinity", where)) {
    only_keys(one, where + ".pod_affinity", {"anti", "labels", "topology_key"});
    out.pod_affinity.push_back({flag(one, "anti", where + ".pod_affinity"), read_labels(one, "labels"),
                                text(one, "topology_key", where + ".pod_affinity")});
  }
  return out;
}

ordered_json write_request(const PodShape& shape) {
  ordered_json out = ordered_json::object();
  if (shape.cpu.value != 0) out["cpu_milli"] = shape.cpu.value;
  if (shape.memory.value != 0) out["memory_bytes"] = shape.memory.value;
  const GpuRequest& gpu = shape.gpu;
  switch (gpu.kind) {
    case GpuRequestKind::none:
      break;
    case GpuRequestKind::whole:
      out["gpus"] = gpu.devices;
      break;
    case GpuRequestKind::fraction:
      out["gpu_milli"] = gpu.portion.value;
      break;
    case GpuRequestKind::memory:
      out["gpu_memory_bytes"] = gpu.memory.value;
      break;
    case GpuRequestKind::mig:
      for (const workload::MigRequest& m : gpu.mig) out["mig"][m.profile] = m.count;
      break;
  }
  const bool shares = gpu.kind == GpuRequestKind::fraction || gpu.kind == GpuRequestKind::memory;
  if (shares && gpu.devices != 1) out["devices"] = gpu.devices;
  if (gpu.portion_limit) out["gpu_milli_limit"] = gpu.portion_limit->value;
  if (gpu.memory_limit) out["gpu_memory_bytes_limit"] = gpu.memory_limit->value;
  if (!shape.gpu_models.empty()) out["gpu_models"] = shape.gpu_models;
  for (const NodeRequirement& r : shape.node_requirements) {
    ordered_json one{{"key", r.key}};
    for (const auto& [name, op] : operators)
      if (op == r.op) one["operator"] = name;
    if (!r.values.empty()) one["values"] = r.values;
    out["node_requirements"].push_back(std::move(one));
  }
  for (const workload::Toleration& t : shape.tolerations) {
    ordered_json one = ordered_json::object();
    if (!t.key.empty()) one["key"] = t.key;
    if (!t.exists) one["value"] = t.value;
    if (!t.effect.empty()) one["effect"] = t.effect;
    out["tolerations"].push_back(std::move(one));
  }
  for (const auto& [key, value] : shape.labels) out["labels"][key] = value;
  for (const workload::PodAffinityTerm& term : shape.pod_affinity) {
    ordered_json one = ordered_json::object();
    if (term.anti) one["anti"] = true;
    one["labels"] = ordered_json::object();
    for (const auto& [key, value] : term.labels) one["labels"][key] = value;
    one["topology_key"] = term.topology_key;
    out["pod_affinity"].push_back(std::move(one));
  }
  if (shape.legacy_mig) out["legacy_mig"] = true;
  return out;
}

}  // namespace berth::scenario::case_json
