#include <map>

#include "berth/core/time_text.hpp"
#include "sim/cases/case_json.hpp"
#include "sim/cases/case_parts.hpp"

namespace berth::scenario::case_json {
namespace {

class PolicyReader {
 public:
  explicit PolicyReader(const json& line) : line_(line) {}

  policy::PolicySpec read() {
    field(line_, "policy") != nullptr ? read_whole_policy(map(line_, "policy", "case")) : read_policy();
    return std::move(spec_);
  }

 private:
  void read_policy() {
    auto& options = spec_.options;
    spec_.name = "kai";
    std::string actions;
    for (const std::string& a : texts(line_, "actions", "case")) actions += (actions.empty() ? "" : ", ") + a;
    if (actions.empty()) fault("case.actions names no action");
    options["actions"] = actions;
    options["consolidation_limit"] = "-1";
    options["signatures"] = "false";
    options["stale_grace"] = print_duration(seconds_of(line_, "stale_grace_seconds", "case"));
    options["plugins"] =
        "predicates, proportion, priority, elastic, kubeflow, ray, nodeavailability, gpusharingorder, "
        "gpupack, "
        "resourcetype, subgrouporder, taskorder, nominatednode, dynamicresources, nodeplacement, minruntime, "
        "topology, "
        "snapshot";
    options["placement.gpu"] = "binpack";
    options["placement.cpu"] = "binpack";
    std::string without;
    for (const std::string& p : texts(line_, "without_plugins", "case"))
      without += (without.empty() ? "" : ", ") + p;
    if (!without.empty()) options["without_plugins"] = without;
    const json* config = field(line_, "scheduler_config");
    if (config == nullptr) return;
    std::string plugins;
    for (const json& plugin : list(*config, "plugins", "scheduler_config")) {
      only_keys(plugin, "scheduler_config.plugins", {"name", "arguments"});
      const std::string name = text(plugin, "name", "scheduler_config.plugins");
      plugins += (plugins.empty() ? "" : ", ") + name;
      for (const auto& [key, value] : map(plugin, "arguments", "scheduler_config.plugins").items()) {
        read_argument(name, key, value.is_string() ? value.get<std::string>() : value.dump());
      }
    }
    options["plugins"] = plugins.empty() ? "snapshot" : plugins;
  }

  // `policy`: name, placement and options, nothing added.
  void read_whole_policy(const json& policy) {
    only_keys(policy, "policy", {"name", "placement", "options", "seed"});
    spec_.name = text(policy, "name", "policy", "kai");
    spec_.placement = text(policy, "placement", "policy", spec_.placement);
    spec_.seed = static_cast<std::uint64_t>(whole(policy, "seed", "policy", 1, 0));
    for (const auto& [option, value] : map(policy, "options", "policy").items())
      spec_.options[option] = text_of(value, "policy.options." + option);
  }

  void read_argument(const std::string& plugin, const std::string& key, const std::string& value) {
    static const std::map<std::string, std::string> known{
        {"nodeplacement.gpu", "placement.gpu"},
        {"nodeplacement.cpu", "placement.cpu"},
        {"proportion.kValue", "k_value"},
        {"proportion.relcaimerSaturationMultiplier", "saturation_multiplier"},
        {"minruntime.defaultPreemptMinRuntime", "min_runtime.preempt"},
        {"minruntime.defaultReclaimMinRuntime", "min_runtime.reclaim"},
        {"minruntime.reclaimResolveMethod", "min_runtime.reclaim_resolve"},
    };
    const auto found = known.find(plugin + "." + key);
    if (found == known.end()) {
      std::vector<std::string> names;
      for (const auto& [name, option] : known) names.push_back(name);
      fault("scheduler_config: unknown argument '" + plugin + "." + key + "'" +
            nearest(plugin + "." + key, names));
    }
    spec_.options[found->second] = value;
  }

  const json& line_;
  policy::PolicySpec spec_;
};

}  // namespace

policy::PolicySpec read_case_policy(const json& line) {
  return PolicyReader(line).read();
}

}  // namespace berth::scenario::case_json
