// organization: departments, projects and their quotas.
#include <array>

#include "berth/core/quantity_text.hpp"
#include "sim/core/text.hpp"
#include "sim/scenario/keys/sections.hpp"

namespace berth::scenario {

namespace {

constexpr std::array<std::string_view, 5> quota_words = {"gpu", "cpu", "memory", "limit",
                                                         "over_quota_weight"};
constexpr std::int64_t most_gpus = max_nodes * max_gpus_per_node;

bool says_unlimited(const Value& value) {
  return value.is_scalar() && (value.text == "unlimited" || value.text == "-1");
}

struct GpuAmountForm {
  using type = std::int64_t;
  static bool read(Reader& reader, const Value& value, std::int64_t& out) {
    out = organization::unlimited;
    return says_unlimited(value) || read_decimal(reader, value, 1000, 0, most_gpus * 1000, out);
  }
  static Value write(std::int64_t milli) {
    return milli == organization::unlimited ? Value::scalar("unlimited") : write_decimal(milli, 3);
  }
};
struct CpuAmountForm {
  using type = std::int64_t;
  static bool read(Reader& reader, const Value& value, std::int64_t& out) {
    out = organization::unlimited;
    if (says_unlimited(value)) return true;
    const std::string* text = reader.scalar(value, "a number of CPU cores such as 64 or 500m, or unlimited");
    CpuMilli cpu;
    if (!text || !take(reader, value, parse_cpu(*text), cpu)) return false;
    out = cpu.value;
    return cpu.value <= max_cpu.value * max_nodes ||
           reader.wrong_value(value, berth::quoted(*text) + " is too large");
  }
  static Value write(std::int64_t milli) {
    return Value::scalar(milli == organization::unlimited ? "unlimited" : print_cpu(CpuMilli(milli)));
  }
};
struct MemoryAmountForm {
  using type = std::int64_t;
  static bool read(Reader& reader, const Value& value, std::int64_t& out) {
    out = organization::unlimited;
    if (says_unlimited(value)) return true;
    const std::string* text = reader.scalar(value, "an amount of memory such as 4Ti, or unlimited");
    Bytes bytes;
    if (!text || !take(reader, value, parse_bytes(*text), bytes)) return false;
    out = bytes.value;
    return bytes <= max_total_memory || reader.wrong_value(value, berth::quoted(*text) + " is too large");
  }
  static Value write(std::int64_t bytes) {
    return Value::scalar(bytes == organization::unlimited ? "unlimited" : print_bytes(Bytes(bytes)));
  }
};
struct WeightForm {
  using type = double;
  static bool read(Reader& reader, const Value& value, double& out) {
    const std::string* text = reader.scalar(value, "a number");
    if (!text || !take(reader, value, parse_double(*text), out)) return false;
    return (out >= 0 && out <= 1e9) ||
           reader.wrong_value(value, berth::quoted(*text) + " is out of range (expected 0 to 1000000000)");
  }
  static Value write(double weight) { return Value::scalar(print_double(weight)); }
};

// One number for GPUs alone, or one for each resource.
struct Limits {
  std::optional<std::int64_t> gpu, cpu, memory;
};
const Keys<Limits>& limit_keys() {
  static const Keys<Limits> table = Keys<Limits>("limit")
                                        .key<GpuAmountForm>("gpu", &Limits::gpu)
                                        .key<CpuAmountForm>("cpu", &Limits::cpu)
                                        .key<MemoryAmountForm>("memory", &Limits::memory)
                                        .shorthand([](Reader& reader, const Value& value, Limits& out) {
                                          return GpuAmountForm::read(reader, value, out.gpu.emplace());
                                        });
  return table;
}
struct Weights {
  std::optional<double> gpu, cpu, memory;
};
const Keys<Weights>& weight_keys() {
  static const Keys<Weights> table = Keys<Weights>("over_quota_weight")
                                         .key<WeightForm>("gpu", &Weights::gpu)
                                         .key<WeightForm>("cpu", &Weights::cpu)
                                         .key<WeightForm>("memory", &Weights::memory)
                                         .shorthand([](Reader& reader, const Value& value, Weights& out) {
                                           return WeightForm::read(reader, value, out.gpu.emplace());
                                         });
  return table;
}

bool protects_nobody(const MinRuntime& m) {
  return m.preempt.value_or(Duration{}) == Duration{} && m.reclaim.value_or(Duration{}) == Duration{};
}

bool is_quota_word(std::string_view key) {
  return std::find(quota_words.begin(), quota_words.end(), key) != quota_words.end();
}

}  // namespace

organization::Quota QuotaSpec::resolved() const {
  using organization::Resource;
  organization::Quota q;
  organization::at(q.quota, Resource::gpu) = gpu.value_or(0);
  organization::at(q.quota, Resource::cpu) = cpu.value_or(organization::unlimited);
  organization::at(q.quota, Resource::memory) = memory.value_or(organization::unlimited);
  organization::at(q.limit, Resource::gpu) = gpu_limit.value_or(organization::unlimited);
  organization::at(q.limit, Resource::cpu) = cpu_limit.value_or(organization::unlimited);
  organization::at(q.limit, Resource::memory) = memory_limit.value_or(organization::unlimited);
  // The weight of an unsaid one is the GPU quota in devices; 1 where that is 0 or unlimited.
  const std::int64_t milli = organization::at(q.quota, Resource::gpu);
  const double by_quota = milli > 0 ? static_cast<double>(milli) / 1000.0 : 1.0;
  q.over_quota_weight[static_cast<std::size_t>(Resource::gpu)] = gpu_weight.value_or(by_quota);
  q.over_quota_weight[static_cast<std::size_t>(Resource::cpu)] = cpu_weight.value_or(1.0);
  q.over_quota_weight[static_cast<std::size_t>(Resource::memory)] = memory_weight.value_or(1.0);
  return q;
}

template <>
const Keys<QuotaSpec>& keys() {
  static const Keys<QuotaSpec> table =
      Keys<QuotaSpec>("a quota")
          .key<GpuAmountForm>("gpu", &QuotaSpec::gpu)
          .key<CpuAmountForm>("cpu", &QuotaSpec::cpu)
          .neutral([](const QuotaSpec& q) { return q.cpu == organization::unlimited; })
          .key<MemoryAmountForm>("memory", &QuotaSpec::memory)
          .neutral([](const QuotaSpec& q) { return q.memory == organization::unlimited; })
          .custom(
              "limit",
              [](Reader& reader, const Value& value, QuotaSpec& out) {
                Limits limits;
                if (!limit_keys().read(reader, value, limits)) return false;
                out.gpu_limit = limits.gpu;
                out.cpu_limit = limits.cpu;
                out.memory_limit = limits.memory;
                return true;
              },
              [](const QuotaSpec& q) -> std::optional<Value> {
                return limit_keys().write(Limits{q.gpu_limit, q.cpu_limit, q.memory_limit});
              })
          .neutral([](const QuotaSpec& q) {
            return q.gpu_limit.value_or(organization::unlimited) == organization::unlimited &&
                   q.cpu_limit.value_or(organization::unlimited) == organization::unlimited &&
                   q.memory_limit.value_or(organization::unlimited) == organization::unlimited;
          })
          .custom(
              "over_quota_weight",
              [](Reader& reader, const Value& value, QuotaSpec& out) {
                Weights weights;
                if (!weight_keys().read(reader, value, weights)) return false;
                out.gpu_weight = weights.gpu;
                out.cpu_weight = weights.cpu;
                out.memory_weight = weights.memory;
                return true;
              },
              [](const QuotaSpec& q) -> std::optional<Value> {
                return weight_keys().write(Weights{q.gpu_weight, q.cpu_weight, q.memory_weight});
              })
          .neutral([](const QuotaSpec& q) {
            QuotaSpec unsaid = q;
            unsaid.gpu_weight = unsaid.cpu_weight = unsaid.memory_weight = std::nullopt;
            return q.resolved().over_quota_weight == unsaid.resolved().over_quota_weight;
          });
  return table;
}

bool QuotasForm::read(Reader& reader, const Value& value, type& out) {
  out.clear();
  if (!value.is_map())
    return reader.wrong_type(value, "a map of node pools, or of gpu, cpu, memory and limit");
  Value for_every = Value::map();
  for_every.mark = value.mark;
  bool good = true;
  for (const Entry& entry : value.entries) {
    if (is_quota_word(entry.key)) {
      for_every.entries.push_back(entry);
      continue;
    }
    // A key that is neither is a pool if its value is a map; else it is a misspelt word of a quota.
    if (!entry.value.is_map()) {
      reader.unknown(entry.key_mark, "key", entry.key,
                     std::vector<std::string>(quota_words.begin(), quota_words.end()));
      good = false;
      continue;
    }
    const Reader::Key key(reader, entry.key);
    PoolQuota quota;
    quota.pool = Name(entry.key, entry.key_mark);
    quota.mark = entry.value.mark;
    good &= keys<QuotaSpec>().read(reader, entry.value, quota.quota);
    out.push_back(std::move(quota));
  }
  if (!for_every.entries.empty()) {
    PoolQuota quota;
    quota.mark = value.mark;
    good &= keys<QuotaSpec>().read(reader, for_every, quota.quota);
    out.push_back(std::move(quota));
  }
  return good;
}

Value QuotasForm::write(const type& quotas) {
  Value value = Value::map();
  for (const PoolQuota& quota : quotas) value.add(quota.pool.value, keys<QuotaSpec>().write(quota.quota));
  return value;
}

template <>
const Keys<MinRuntime>& keys() {
  static const Keys<MinRuntime> table = Keys<MinRuntime>("min_runtime")
                                            .key<DurationForm>("preempt", &MinRuntime::preempt)
                                            .key<DurationForm>("reclaim", &MinRuntime::reclaim);
  return table;
}

template <>
const Keys<ProjectSpec>& keys() {
  static const Keys<ProjectSpec> table =
      Keys<ProjectSpec>("a project")
          .key<NameForm>("name", &ProjectSpec::name, Need::required)
          .key<QuotasForm>("quota", &ProjectSpec::quota)
          .key<ListOf<NameForm>>("node_pools", &ProjectSpec::node_pools)
          .key<NumberForm<std::int32_t, 0, max_count>>("priority", &ProjectSpec::priority)
          .key<Section<MinRuntime>>("min_runtime", &ProjectSpec::min_runtime)
          .neutral([](const ProjectSpec& p) { return protects_nobody(p.min_runtime); })
          .later("time_limits")
          .later("scheduling_rules");
  return table;
}

template <>
const Keys<DepartmentSpec>& keys() {
  static const Keys<DepartmentSpec> table =
      Keys<DepartmentSpec>("a department")
          .key<NameForm>("name", &DepartmentSpec::name, Need::required)
          .key<QuotasForm>("quota", &DepartmentSpec::quota)
          .key<NumberForm<std::int32_t, 0, max_count>>("priority", &DepartmentSpec::priority)
          .key<Section<MinRuntime>>("min_runtime", &DepartmentSpec::min_runtime)
          .neutral([](const DepartmentSpec& d) { return protects_nobody(d.min_runtime); })
          .key<ListOf<Section<ProjectSpec>>>("projects", &DepartmentSpec::projects)
          .key<ListOf<Section<DepartmentSpec>>>("departments", &DepartmentSpec::departments);
  return table;
}

template <>
const Keys<OrganizationSpec>& keys() {
  static const Keys<OrganizationSpec> table =
      Keys<OrganizationSpec>("organization")
          .key<ListOf<Section<DepartmentSpec>>>("departments", &OrganizationSpec::departments);
  return table;
}

}  // namespace berth::scenario
