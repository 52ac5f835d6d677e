// workloads, and what generators share with them.
#include <algorithm>

#include "sim/core/text.hpp"
#include "sim/scenario/keys/sections.hpp"

namespace berth::scenario {

namespace {

using workload::NodeRequirement;

using PodCountForm = NumberForm<std::int32_t, 1, max_pods>;

struct PriorityForm {
  using type = Priority;
  static bool read(Reader& reader, const Value& value, Priority& out) {
    const std::string* text = reader.scalar(value, "a priority by name or number");
    if (!text) return false;
    std::vector<std::string> known;
    for (const workload::PriorityClass& c : workload::priority_classes()) {
      known.emplace_back(c.name);
      if (*text != c.name) continue;
      out = Priority{c.value, c.name};
      return true;
    }
    const auto number = parse_integer(*text, -max_count, max_count);
    if (!number) {
      if (parse_integer(*text)) return reader.wrong_value(value, number.error());
      reader.unknown(value.mark, "priority", *text, known);
      return false;
    }
    out = Priority{static_cast<std::int32_t>(*number), ""};
    for (const workload::PriorityClass& c : workload::priority_classes()) {
      if (c.value != out.value) continue;
      out.class_name = c.name;
      break;
    }
    return true;
  }
  static Value write(const Priority& priority) {
    return Value::scalar(priority.class_name.empty() ? std::to_string(priority.value) : priority.class_name);
  }
};

struct OperatorWords {
  using type = NodeRequirement::Operator;
  static constexpr const char* noun = "operator";
  static const std::vector<std::pair<std::string, type>>& all() {
    static const std::vector<std::pair<std::string, type>> words = {{"In", type::in},
                                                                    {"NotIn", type::not_in},
                                                                    {"Exists", type::exists},
                                                                    {"DoesNotExist", type::does_not_exist}};
    return words;
  }
};

const Keys<NodeRequirement>& requirement_keys() {
  static const Keys<NodeRequirement> table =
      Keys<NodeRequirement>("a node affinity")
          .key<TextForm>("key", &NodeRequirement::key, Need::required)
          .key<WordForm<OperatorWords>>("operator", &NodeRequirement::op)
          .key<ListOf<TextForm>>("values", &NodeRequirement::values)
          .check([](Reader& reader, const Value& value, NodeRequirement& out) {
            const bool wants_values =
                out.op == OperatorWords::type::in || out.op == OperatorWords::type::not_in;
            if (wants_values == !out.values.empty()) return true;
            reader.error(value.mark, "keys-exclude",
                         wants_values ? "a node affinity with In or NotIn needs 'values'"
                                      : "a node affinity with Exists or DoesNotExist takes no 'values'");
            return false;
          });
  return table;
}

struct RequirementForm {
  using type = NodeRequirement;
  static bool read(Reader& reader, const Value& value, type& out) {
    return requirement_keys().read(reader, value, out);
  }
  static Value write(const type& requirement) { return requirement_keys().write(requirement); }
};

struct ExistsForm {
  using type = bool;
  static bool read(Reader& reader, const Value& value, bool& out) {
    const std::string* text = reader.scalar(value, "Exists or Equal");
    if (!text) return false;
    out = *text == "Exists";
    if (out || *text == "Equal") return true;
    reader.unknown(value.mark, "operator", *text, {"Exists", "Equal"});
    return false;
  }
  static Value write(bool exists) { return Value::scalar(exists ? "Exists" : "Equal"); }
};

struct TolerationForm {
  using type = workload::Toleration;
  static const Keys<type>& table() {
    static const Keys<type> toleration =
        Keys<type>("a toleration")
            .key<TextForm>("key", &type::key)
            .key<ExistsForm>("operator", &type::exists)
            .key<TextForm>("value", &type::value)
            .key<TextForm>("effect", &type::effect)
            .check([](Reader& reader, const Value& value, type& out) {
              // As Kubernetes: a value without an operator means Equal.
              if (value.find("value") && !value.find("operator")) out.exists = false;
              if (!out.exists || out.value.empty()) return true;
              reader.error(value.mark, "keys-exclude", "a toleration with Exists takes no 'value'");
              return false;
            });
    return toleration;
  }
  static bool read(Reader& reader, const Value& value, type& out) { return table().read(reader, value, out); }
  static Value write(const type& toleration) { return table().write(toleration); }
};

struct PodAffinityForm {
  using type = workload::PodAffinityTerm;
  static const Keys<type>& table() {
    static const Keys<type> term = Keys<type>("a pod affinity")
                                       .key<BoolForm>("anti", &type::anti)
                                       .key<TextPairsForm>("labels", &type::labels, Need::required)
                                       .key<TextForm>("topology_key", &type::topology_key, Need::required);
    return term;
  }
  static bool read(Reader& reader, const Value& value, type& out) { return table().read(reader, value, out); }
  static Value write(const type& term) { return table().write(term); }
};

using SpeedNumber = DecimalForm<std::int32_t, 3, 1, 1'000'000>;

struct SpeedForm {
  using type = std::vector<std::pair<Name, std::int32_t>>;
  static bool read(Reader& reader, const Value& value, type& out) {
    if (!value.is_map()) return reader.wrong_type(value, "a map from GPU model to speed");
    bool good = true;
    for (const Entry& entry : value.entries) {
      const Reader::Key key(reader, entry.key);
      out.emplace_back(Name(entry.key, entry.key_mark), 1000);
      good &= SpeedNumber::read(reader, entry.value, out.back().second);
    }
    return good;
  }
  static Value write(const type& speeds) {
    Value value = Value::map();
    for (const auto& [model, speed] : speeds) value.add(model.value, SpeedNumber::write(speed));
    return value;
  }
};

struct RoleWords {
  using type = std::string;
  static constexpr const char* noun = "role";
  static const std::vector<std::pair<std::string, type>>& all() {
    static const std::vector<std::pair<std::string, type>> words = {
        {"master", "master"}, {"worker", "worker"}, {"leader", "leader"}};
    return words;
  }
};

// Where a listed workload says how long it runs: a duration, or `endless`.
struct LengthForm {
  using type = Duration;
  static bool read(Reader& reader, const Value& value, Duration& out) {
    return PositiveDurationForm::read(reader, value, out);
  }
  static Value write(Duration duration) { return PositiveDurationForm::write(duration); }
};

// A number of pods for which 0 means that it is not said.
template <class T, class Owner>
void add_pod_count(Keys<T>& table, std::string name, std::int32_t Owner::*member) {
  table.custom(
      std::move(name),
      [member](Reader& reader, const Value& value, T& out) {
        return PodCountForm::read(reader, value, out.*member);
      },
      [member](const T& from) {
        return from.*member > 0 ? std::optional(PodCountForm::write(from.*member)) : std::nullopt;
      });
}

}  // namespace

Priority default_priority(workload::Kind kind) {
  switch (kind) {
    case workload::Kind::workspace:
      return {125, "high"};
    case workload::Kind::training:
    case workload::Kind::distributed:
      return {40, "low"};
    case workload::Kind::inference:
      return {150, "very-high"};
  }
  return {};
}

const std::vector<std::pair<std::string, workload::Kind>>& KindWords::all() {
  static const std::vector<std::pair<std::string, workload::Kind>> words = {
      {"training", workload::Kind::training},
      {"workspace", workload::Kind::workspace},
      {"distributed", workload::Kind::distributed},
      {"inference", workload::Kind::inference}};
  return words;
}

const std::vector<std::pair<std::string, workload::Outcome>>& OutcomeWords::all() {
  static const std::vector<std::pair<std::string, workload::Outcome>> words = {
      {"completed", workload::Outcome::completed},
      {"failed", workload::Outcome::failed},
      {"stopped", workload::Outcome::stopped}};
  return words;
}

template <>
const Keys<PodAsk>& keys() {
  static const Keys<PodAsk> table = Keys<PodAsk>("a pod")
                                        .key<GpuForm>("gpu", &PodAsk::gpu)
                                        .key<CpuForm>("cpu", &PodAsk::cpu)
                                        .key<BytesForm>("memory", &PodAsk::memory);
  return table;
}

template <>
const Keys<GangTopology>& keys() {
  static const Keys<GangTopology> table = Keys<GangTopology>("topology")
                                              .key<NameForm>("topology", &GangTopology::topology)
                                              .key<NameForm>("required", &GangTopology::required)
                                              .key<NameForm>("preferred", &GangTopology::preferred);
  return table;
}

template <>
const Keys<GangSpec>& keys() {
  static const Keys<GangSpec> table = [] {
    Keys<GangSpec> t("gang");
    add_pod_count(t, "min_pods", &GangSpec::min_pods);
    add_pod_count(t, "max_pods", &GangSpec::max_pods);
    t.key<Section<GangTopology>>("topology", &GangSpec::topology);
    return t;
  }();
  return table;
}

template <>
const Keys<SubGroupSpec>& keys() {
  static const Keys<SubGroupSpec> table = [] {
    Keys<SubGroupSpec> t("a sub-group");
    t.key<NameForm>("name", &SubGroupSpec::name, Need::required);
    add_pod_count(t, "pods", &SubGroupSpec::pods);
    add_pod_count(t, "min_pods", &SubGroupSpec::min_pods);
    t.key<Section<PodAsk>>("pod", &SubGroupSpec::ask)
        .key<WordForm<RoleWords>>("role", &SubGroupSpec::role)
        .key<Section<GangTopology>>("topology", &SubGroupSpec::topology)
        .key<ListOf<Section<SubGroupSpec>>>("sub_groups", &SubGroupSpec::sub_groups)
        .check([](Reader& reader, const Value& value, SubGroupSpec& out) {
          const bool leaf = out.sub_groups.empty();
          if (leaf && out.pods == 0) {
            reader.error(value.mark, "missing-key", "a sub-group needs 'pods' or 'sub_groups'");
          } else if (!leaf && (out.pods > 0 || out.min_pods > 0 || out.ask)) {
            reader.error(value.mark, "keys-exclude",
                         "a sub-group with 'sub_groups' has no pods of its own: 'pods', 'min_pods' and "
                         "'pod' do not belong here");
          } else if (out.min_pods > out.pods) {
            reader.error(value.mark, "wrong-value",
                         "min_pods " + std::to_string(out.min_pods) + " is more than the sub-group's " +
                             std::to_string(out.pods) + " pods");
          } else {
            return true;
          }
          return false;
        });
    return t;
  }();
  return table;
}

template <>
const Keys<CheckpointSpec>& keys() {
  static const Keys<CheckpointSpec> table = Keys<CheckpointSpec>("checkpoint")
                                                .key<DurationForm>("every", &CheckpointSpec::every)
                                                .key<DurationForm>("cost", &CheckpointSpec::cost)
                                                .key<DurationForm>("restart", &CheckpointSpec::restart);
  return table;
}

template <>
const Keys<DefaultsSpec>& keys() {
  static const Keys<DefaultsSpec> table =
      Keys<DefaultsSpec>("defaults")
          .key<DurationForm>("image_pull", &DefaultsSpec::image_pull)
          .key<DurationForm>("creation_delay", &DefaultsSpec::creation_delay)
          .key<DurationForm>("termination_grace", &DefaultsSpec::termination_grace)
          .key<DurationForm>("repartition", &DefaultsSpec::repartition)
          .key<Section<CheckpointSpec>>("checkpoint", &DefaultsSpec::checkpoint);
  return table;
}

template <class T>
void add_common_keys(Keys<T>& table) {
  table
      .custom(
          "cpu",
          [](Reader& reader, const Value& value, T& out) {
            return CpuForm::read(reader, value, out.ask.cpu);
          },
          [](const T& w) { return std::optional(CpuForm::write(w.ask.cpu)); })
      .custom(
          "memory",
          [](Reader& reader, const Value& value, T& out) {
            return BytesForm::read(reader, value, out.ask.memory);
          },
          [](const T& w) { return std::optional(BytesForm::write(w.ask.memory)); })
      .template key<Section<GangSpec>>("gang", &T::gang)
      .template key<Section<PodAsk>>("master", &T::master)
      .template key<ListOf<Section<SubGroupSpec>>>("sub_groups", &T::sub_groups)
      .template key<PriorityForm>("priority", &T::priority)
      .neutral([](const T& w) { return w.priority == default_priority(w.kind); })
      .template key<BoolForm>("preemptible", &T::preemptible)
      .template key<ListOf<NameForm>>("node_pools", &T::node_pools)
      .template key<ListOf<NameForm>>("gpu_models", &T::gpu_models)
      .custom(
          "node_selector",
          [](Reader& reader, const Value& value, T& out) {
            TextPairs pairs;
            if (!TextPairsForm::read(reader, value, pairs)) return false;
            for (auto& [label, text] : pairs) {
              out.node_affinity.push_back({label, NodeRequirement::Operator::in, {text}});
            }
            return true;
          },
          [](const T&) -> std::optional<Value> { return std::nullopt; })  // printed as node_affinity
      .custom(
          "node_affinity",
          [](Reader& reader, const Value& value, T& out) {
            std::vector<NodeRequirement> all;
            const bool good = ListOf<RequirementForm>::read(reader, value, all);
            out.node_affinity.insert(out.node_affinity.end(), all.begin(), all.end());
            return good;
          },
          [](const T& w) { return std::optional(ListOf<RequirementForm>::write(w.node_affinity)); })
      .template key<ListOf<TolerationForm>>("tolerations", &T::tolerations)
      .template key<TextPairsForm>("labels", &T::labels)
      .template key<ListOf<PodAffinityForm>>("pod_affinity", &T::pod_affinity)
      .template key<Section<CheckpointSpec>>("checkpoint", &T::checkpoint)
      .template key<DurationForm>("image_pull", &T::image_pull)
      .template key<DurationForm>("creation_delay", &T::creation_delay)
      .template key<DurationForm>("termination_grace", &T::termination_grace)
      .template key<NumberForm<std::int32_t, 0, 1'000'000>>("backoff_limit", &T::backoff_limit)
      .template key<DurationForm>("delete_after", &T::delete_after)
      .template key<SpeedForm>("speed", &T::speed_milli)
      .template key<DecimalForm<std::int32_t, 3, 1, 1000>>("topology_slowdown", &T::topology_slowdown_milli)
      .template key<PercentForm>("idle", &T::idle_percent)
      .template key<BoolForm>("terminate_after_preemption", &T::terminate_after_preemption)
      .template key<TextForm>("framework", &T::framework)
      .template key<TextForm>("submitted_by", &T::submitted_by)
      .template key<TextForm>("image", &T::image)
      .later("replicas")
      .later("load")
      .later("utilization")
      .later("time_limit");
}
template void add_common_keys(Keys<WorkloadSpec>& table);
template void add_common_keys(Keys<GeneratorSpec>& table);

template <>
const Keys<WorkloadSpec>& keys() {
  static const Keys<WorkloadSpec> table = [] {
    Keys<WorkloadSpec> t("a workload");
    t.key<NameForm>("name", &WorkloadSpec::name, Need::required)
        .key<WordForm<KindWords>>("kind", &WorkloadSpec::kind)
        .key<NameForm>("project", &WorkloadSpec::project)
        .key<WhenForm>("submit", &WorkloadSpec::submit)
        .custom(
            "gpu",
            [](Reader& reader, const Value& value, WorkloadSpec& out) {
              return GpuForm::read(reader, value, out.ask.gpu);
            },
            [](const WorkloadSpec& w) { return std::optional(GpuForm::write(w.ask.gpu)); })
        .key<LengthForm>("duration", &WorkloadSpec::duration)
        .key<PositiveDurationForm>("estimate", &WorkloadSpec::estimate)
        .neutral([](const WorkloadSpec& w) { return w.estimate == w.duration; })
        .key<WordForm<OutcomeWords>>("outcome", &WorkloadSpec::outcome)
        .key<ListOf<NameForm>>("after", &WorkloadSpec::after);
    add_pod_count(t, "pods", &WorkloadSpec::pods);
    add_common_keys(t);
    return t;
  }();
  return table;
}

}  // namespace berth::scenario
