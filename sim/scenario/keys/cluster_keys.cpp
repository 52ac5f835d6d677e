// clock, cluster: pools, node groups, models, changes.
#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"
#include "sim/scenario/keys/sections.hpp"
#include "sim/scenario/text/zone.hpp"

namespace berth::scenario {

namespace {

struct StartForm {
  using type = Instant;
  static bool read(Reader& reader, const Value& value, Instant& out) {
    const std::string* text = reader.scalar(value, "an instant such as 2026-01-05T00:00:00Z, or now");
    if (!text) return false;
    if (*text != "now") {
      if (!take(reader, value, parse_instant(*text), out)) return false;
      const bool in_range = out >= Instant{} && out <= Instant{} + max_duration * 2;
      return in_range ||
             reader.wrong_value(value, berth::quoted(*text) + " is out of range (expected 1970 to 2169)");
    }
    if (!reader.now) return reader.wrong_value(value, "'now' has no meaning here; give an instant");
    out = *reader.now;
    return true;
  }
  static Value write(Instant at) { return write_instant(at); }
};

struct ZoneForm {
  using type = std::string;
  static bool read(Reader& reader, const Value& value, std::string& out) {
    if (!TextForm::read(reader, value, out)) return false;
    if (Zone::find(out)) return true;
    reader.unknown(value.mark, "time zone", out, Zone::names());
    return false;
  }
  static Value write(const std::string& zone) { return Value::scalar(zone); }
};

struct PackingWords {
  using type = cluster::Packing;
  static constexpr const char* noun = "placement of a pool";
  static const std::vector<std::pair<std::string, type>>& all() {
    static const std::vector<std::pair<std::string, type>> words = {{"binpack", cluster::Packing::binpack},
                                                                    {"spread", cluster::Packing::spread}};
    return words;
  }
};
struct StrategyWords {
  using type = cluster::MigStrategy;
  static constexpr const char* noun = "MIG strategy";
  static const std::vector<std::pair<std::string, type>>& all() {
    static const std::vector<std::pair<std::string, type>> words = {{"none", cluster::MigStrategy::none},
                                                                    {"single", cluster::MigStrategy::single},
                                                                    {"mixed", cluster::MigStrategy::mixed}};
    return words;
  }
};
struct RepartitionWords {
  using type = Repartition;
  static constexpr const char* noun = "repartition";
  static const std::vector<std::pair<std::string, type>>& all() {
    static const std::vector<std::pair<std::string, type>> words = {{"never", Repartition::never},
                                                                    {"on-demand", Repartition::on_demand}};
    return words;
  }
};

struct TaintForm {
  using type = cluster::Taint;
  static const Keys<cluster::Taint>& table() {
    static const Keys<cluster::Taint> taint =
        Keys<cluster::Taint>("a taint")
            .key<TextForm>("key", &cluster::Taint::key, Need::required)
            .key<TextForm>("value", &cluster::Taint::value)
            .key<EffectForm>("effect", &cluster::Taint::effect, Need::required);
    return taint;
  }
  struct EffectForm {
    using type = std::string;
    static bool read(Reader& reader, const Value& value, std::string& out) {
      static const std::vector<std::string> effects = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
      if (!TextForm::read(reader, value, out)) return false;
      for (const std::string& effect : effects) {
        if (out == effect) return true;
      }
      reader.unknown(value.mark, "taint effect", out, effects);
      return false;
    }
    static Value write(const std::string& effect) { return Value::scalar(effect); }
  };
  static bool read(Reader& reader, const Value& value, type& out) { return table().read(reader, value, out); }
  static Value write(const type& taint) { return table().write(taint); }
};

using NodeCountForm = NumberForm<std::int32_t, 0, max_nodes>;
using SlicesForm = NumberForm<std::int32_t, 1, 32>;

// `topology: [widest, ..., narrowest]`, or several by name: `topology: {network: [...], power: [...]}`.
struct TopologiesForm {
  using type = std::vector<TopologySpec>;
  static constexpr bool keeps_parts = true;
  static bool read(Reader& reader, const Value& value, type& out) {
    out.clear();
    const bool good = read_all(reader, value, out);
    if (!good) reader.lose({lost_topology});
    return good;
  }
  static bool read_all(Reader& reader, const Value& value, type& out) {
    if (value.is_list()) {
      out.emplace_back();
      return ListOf<TextForm>::read(reader, value, out.back().levels);
    }
    if (!value.is_map()) return reader.wrong_type(value, "a list of node label keys, widest first");
    bool good = true;
    for (const Entry& entry : value.entries) {
      out.push_back(TopologySpec{entry.key, {}});
      good &= ListOf<TextForm>::read(reader, entry.value, out.back().levels);
    }
    return good;
  }
  static void definitions(std::set<std::string>& nouns) { nouns.insert(lost_topology); }
  static Value write(const type& topologies) {
    if (topologies.size() == 1 && topologies[0].name == "default")
      return ListOf<TextForm>::write(topologies[0].levels);
    Value value = Value::map();
    for (const TopologySpec& t : topologies) value.add(t.name, ListOf<TextForm>::write(t.levels));
    return value;
  }
};

}  // namespace

template <>
const Keys<Clock>& keys() {
  static const Keys<Clock> table =
      Keys<Clock>("clock")
          .key<StartForm>("start", &Clock::start)
          .key<ZoneForm>("zone", &Clock::zone)
          .key<PositiveDurationForm>("duration", &Clock::duration)
          .custom(
              "until",
              [](Reader& reader, const Value& value, Clock&) {
                const std::string* text = reader.scalar(value, "drained");
                if (!text) return false;
                return *text == "drained" ||
                       reader.wrong_value(value, berth::quoted(*text) + " is not 'drained'");
              },
              [](const Clock& clock) -> std::optional<Value> {
                if (clock.duration) return std::nullopt;
                return Value::scalar("drained");
              })
          .check([](Reader& reader, const Value& value, Clock&) {
            const Entry* until = value.find("until");
            if (!until || !value.find("duration")) return true;
            reader.error(until->key_mark, "keys-exclude",
                         "clock has both 'duration' and 'until'; give one of them");
            return false;
          });
  return table;
}

template <>
const Keys<GroupGpus>& keys() {
  static const Keys<GroupGpus> table =
      Keys<GroupGpus>("gpus")
          .key<NameForm>("model", &GroupGpus::model)
          .key<NumberForm<std::int32_t, 0, max_gpus_per_node>>("count", &GroupGpus::count)
          .shorthand([](Reader& reader, const Value& value, GroupGpus& out) {
            if (!value.is_scalar())
              return reader.wrong_type(value, "a number of GPUs, or a map with model and count");
            return NumberForm<std::int32_t, 0, max_gpus_per_node>::read(reader, value, out.count);
          });
  return table;
}

template <>
const Keys<GroupMig>& keys() {
  static const Keys<GroupMig> table =
      Keys<GroupMig>("mig")
          .key<WordForm<StrategyWords>>("strategy", &GroupMig::strategy)
          .key<ListOf<NameForm>>("layout", &GroupMig::layout)
          .key<WordForm<RepartitionWords>>("repartition", &GroupMig::repartition);
  return table;
}

template <>
const Keys<NodeGroup>& keys() {
  static const Keys<NodeGroup> table =
      Keys<NodeGroup>("a node group")
          .key<NameForm>("name", &NodeGroup::name, Need::required)
          .key<NodeCountForm>("count", &NodeGroup::count)
          .key<Section<GroupGpus>>("gpus", &NodeGroup::gpus)
          .key<CpuForm>("cpu", &NodeGroup::cpu)
          .key<BytesForm>("memory", &NodeGroup::memory)
          .key<NumberForm<std::int32_t, 1, max_pods_per_node>>("max_pods", &NodeGroup::max_pods)
          .key<TextPairsForm>("labels", &NodeGroup::labels)
          .key<ListOf<TaintForm>>("taints", &NodeGroup::taints)
          .key<Section<GroupMig>>("mig", &NodeGroup::mig)
          .later("price")
          .later("spot");
  return table;
}

template <>
const Keys<GroupChange>& keys() {
  static const Keys<GroupChange> table =
      Keys<GroupChange>("a change")
          .key<WhenForm>("at", &GroupChange::at, Need::required)
          .key<NameForm>("group", &GroupChange::group, Need::required)
          .custom(
              "add",
              [](Reader& reader, const Value& value, GroupChange& out) {
                return NumberForm<std::int32_t, 1, max_nodes>::read(reader, value, out.add);
              },
              [](const GroupChange& c) {
                return c.add > 0 ? std::optional(Value::scalar(std::to_string(c.add))) : std::nullopt;
              })
          .custom(
              "remove",
              [](Reader& reader, const Value& value, GroupChange& out) {
                return NumberForm<std::int32_t, 1, max_nodes>::read(reader, value, out.remove);
              },
              [](const GroupChange& c) {
                return c.remove > 0 ? std::optional(Value::scalar(std::to_string(c.remove))) : std::nullopt;
              })
          .check([](Reader& reader, const Value& value, GroupChange& out) {
            if ((out.add > 0) != (out.remove > 0)) return true;
            reader.error(value.mark, "keys-exclude", "a change needs exactly one of 'add' and 'remove'");
            return false;
          });
  return table;
}

template <>
const Keys<PoolPlacement>& keys() {
  static const Keys<PoolPlacement> table = Keys<PoolPlacement>("placement")
                                               .key<WordForm<PackingWords>>("gpu", &PoolPlacement::gpu)
                                               .key<WordForm<PackingWords>>("cpu", &PoolPlacement::cpu);
  return table;
}

template <>
const Keys<PoolSpec>& keys() {
  static const Keys<PoolSpec> table =
      Keys<PoolSpec>("a node pool")
          .key<NameForm>("name", &PoolSpec::name, Need::required)
          .key<ListOf<Section<NodeGroup>>>("nodes", &PoolSpec::nodes, Need::required)
          .key<Section<PoolPlacement>>("placement", &PoolSpec::placement)
          .key<ListOf<Section<GroupChange>>>("changes", &PoolSpec::changes)
          .later("spot")
          .later("price")
          .later("min_guaranteed_runtime")
          .later("autoscaling");
  return table;
}

template <>
const Keys<MigProfileSpec>& keys() {
  static const Keys<MigProfileSpec> table =
      Keys<MigProfileSpec>("a MIG profile")
          .key<TextForm>("name", &MigProfileSpec::name, Need::required)
          .key<SlicesForm>("compute_slices", &MigProfileSpec::compute_slices, Need::required)
          .key<SlicesForm>("memory_slices", &MigProfileSpec::memory_slices, Need::required)
          .key<SlicesForm>("max_instances", &MigProfileSpec::max_instances, Need::required)
          .key<ListOf<NumberForm<std::int32_t, 0, 31>>>("starts", &MigProfileSpec::starts, Need::required)
          .key<BytesForm>("memory", &MigProfileSpec::memory);
  return table;
}

template <>
const Keys<MigGeometrySpec>& keys() {
  static const Keys<MigGeometrySpec> table =
      Keys<MigGeometrySpec>("mig of a model")
          .key<NameForm>("geometry", &MigGeometrySpec::geometry)
          .key<SlicesForm>("compute_slices", &MigGeometrySpec::compute_slices)
          .key<SlicesForm>("memory_slices", &MigGeometrySpec::memory_slices)
          .key<ListOf<Section<MigProfileSpec>>>("profiles", &MigGeometrySpec::profiles)
          .shorthand([](Reader& reader, const Value& value, MigGeometrySpec& out) {
            return NameForm::read(reader, value, out.geometry);
          })
          .check([](Reader& reader, const Value& value, MigGeometrySpec& out) {
            if (out.geometry.value.empty() == !out.profiles.empty()) return true;
            reader.error(value.mark, "keys-exclude",
                         "mig of a model needs exactly one of 'geometry' and 'profiles'");
            return false;
          });
  return table;
}

template <>
const Keys<GpuModelSpec>& keys() {
  static const Keys<GpuModelSpec> table =
      Keys<GpuModelSpec>("a GPU model")
          .key<NameForm>("name", &GpuModelSpec::name, Need::required)
          .key<TextForm>("product_label", &GpuModelSpec::product_label)
          .key<BytesForm>("memory", &GpuModelSpec::memory, Need::required)
          .key<NumberForm<std::int32_t, 1, 4096>>("nvlink_domain_gpus", &GpuModelSpec::nvlink_domain_gpus)
          .key<NumberForm<std::int32_t, 1, max_gpus_per_node>>("gpus_per_node", &GpuModelSpec::gpus_per_node)
          .key<Section<MigGeometrySpec>>("mig", &GpuModelSpec::mig);
  return table;
}

template <>
const Keys<ClusterSpec>& keys() {
  static const Keys<ClusterSpec> table =
      Keys<ClusterSpec>("cluster")
          .key<NameForm>("name", &ClusterSpec::name)
          .key<TopologiesForm>("topology", &ClusterSpec::topologies)
          .key<ListOf<Section<GpuModelSpec>>>("gpu_models", &ClusterSpec::gpu_models)
          .key<ListOf<Section<PoolSpec>>>("node_pools", &ClusterSpec::node_pools)
          .later("currency")
          .later("network");
  return table;
}

}  // namespace berth::scenario
