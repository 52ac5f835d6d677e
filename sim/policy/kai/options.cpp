#include "sim/policy/kai/options.hpp"

#include <array>
#include <functional>
#include <stdexcept>

#include "berth/core/diagnostic.hpp"
#include "berth/core/time_text.hpp"
#include "berth/organization/usage_window.hpp"
#include "sim/core/text.hpp"
#include "sim/policy/kai/order/min_runtime.hpp"
#include "sim/policy/kai/order/reclaim_rules.hpp"
#include "sim/policy/kai/policy_options.hpp"

namespace berth::policy::kai {
namespace {

constexpr std::array<std::string_view, action_count> action_names{"allocate", "consolidation", "reclaim",
                                                                  "preempt", "stale_gang_eviction"};

struct PluginName {
  std::string_view name;
  bool Plugins::*flag;
};
constexpr std::array<PluginName, 17> plugin_table{{
    {"predicates", &Plugins::predicates},
    {"proportion", &Plugins::proportion},
    {"priority", &Plugins::priority},
    {"elastic", &Plugins::elastic},
    {"kubeflow", &Plugins::kubeflow},
    {"ray", &Plugins::ray},
    {"nodeavailability", &Plugins::node_availability},
    {"gpusharingorder", &Plugins::gpu_sharing_order},
    {"gpupack", &Plugins::gpu_pack},
    {"gpuspread", &Plugins::gpu_spread},
    {"resourcetype", &Plugins::resource_type},
    {"subgrouporder", &Plugins::sub_group_order},
    {"taskorder", &Plugins::task_order},
    {"nodeplacement", &Plugins::node_placement},
    {"minruntime", &Plugins::min_runtime},
    {"topology", &Plugins::topology},
    {"podaffinity", &Plugins::pod_affinity},
}};
// Named in the reference's lists, without a rule that Berth could run: endpoints that show a state, and what Berth's World
// does not have, nodes that pods are nominated to and dynamic resource claims.
constexpr std::array<std::string_view, 4> silent_plugins{"snapshot", "reflectjoborder", "nominatednode",
                                                         "dynamicresources"};

constexpr Plugins no_plugins() {
  Plugins p;
  for (const PluginName& plugin : plugin_table) p.*plugin.flag = false;
  return p;
}

[[noreturn]] void refuse(std::string_view option, std::string_view value, const std::string& expected) {
  throw std::invalid_argument("option '" + std::string(option) + "' of policy kai: " + quoted(value) +
                              " is not " + expected);
}

[[noreturn]] void refuse_name(std::string_view option, std::string_view what, const std::string& name,
                              const std::vector<std::string>& known) {
  std::string message =
      "option '" + std::string(option) + "' of policy kai: unknown " + std::string(what) + " " + quoted(name);
  if (const auto nearest = nearest_name(name, known)) message += "; did you mean '" + *nearest + "'?";
  throw std::invalid_argument(message);
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text) {
    if (c == ',' || c == ' ') {
      if (!word.empty()) out.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

bool read_bool(std::string_view key, const std::string& value) {
  if (value == "true" || value == "yes" || value == "on") return true;
  if (value == "false" || value == "no" || value == "off") return false;
  refuse(key, value, "true or false");
}

std::int64_t read_integer(std::string_view key, const std::string& value, std::int64_t least) {
  const auto n = parse_integer(value, least, 1'000'000'000);
  if (!n) refuse(key, value, "a whole number of at least " + std::to_string(least));
  return *n;
}

double read_number(std::string_view key, const std::string& value) {
  const auto n = parse_double(value);
  if (!n) refuse(key, value, "a number");
  return *n;
}

Duration read_duration(std::string_view key, const std::string& value) {
  const auto d = parse_duration(value);
  if (!d || d->micros < 0) refuse(key, value, "a duration such as 90s, 5m or 2h");
  return *d;
}

cluster::Packing read_packing(std::string_view key, const std::string& value) {
  if (value == "binpack") return cluster::Packing::binpack;
  if (value == "spread") return cluster::Packing::spread;
  refuse(key, value, "binpack or spread");
}

std::vector<Action> read_actions(std::string_view key, const std::string& value) {
  std::vector<Action> actions;
  const std::vector<std::string> known(action_names.begin(), action_names.end());
  for (const std::string& word : words(value)) {
    const auto action = action_named(word);
    if (!action) refuse_name(key, "action", word, known);
    actions.push_back(*action);
  }
  return actions;
}

Plugins read_plugins(std::string_view key, const std::string& value, Plugins from, bool on) {
  for (const std::string& word : words(value)) {
    if (!is_plugin(word)) refuse_name(key, "plugin", word, plugin_names());
    for (const PluginName& plugin : plugin_table) {
      if (plugin.name == word) from.*plugin.flag = on;
    }
  }
  return from;
}

// One option: its key, what it means, and how its text is read.
struct Entry {
  std::string key;
  std::string default_value;
  std::string meaning;
  std::function<void(Options&, const std::string& key, const std::string& value)> read;
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> e{
        // Its default is no list: one that says the same as silence would is given all the same (section 11.7).
        {"actions", "of the node pool",
         "the actions of a cycle, in order; of the node pool: allocate, consolidation (unless a placement "
         "spreads), "
         "reclaim, preempt, stale_gang_eviction",
         [](Options& o, const auto& k, const auto& v) {
           o.actions = read_actions(k, v);
           o.actions_given = true;
         }},
        {"plugins", "", "the plugins that take part, in place of the reference's default list",
         [](Options& o, const auto& k, const auto& v) {
           o.plugins = read_plugins(k, v, no_plugins(), true);
           o.plugins_given = true;
         }},
        {"without_plugins", "", "plugins of the list that do not take part",
         [](Options& o, const auto& k, const auto& v) { o.plugins = read_plugins(k, v, o.plugins, false); }},
        {"placement.gpu", "of the node pool", "binpack or spread: which node a GPU pod prefers",
         [](Options& o, const auto& k, const auto& v) {
           o.gpu_placement = read_packing(k, v);
           o.gpu_placement_given = true;
         }},
        {"placement.cpu", "of the node pool", "binpack or spread: which node a CPU-only pod prefers",
         [](Options& o, const auto& k, const auto& v) {
           o.cpu_placement = read_packing(k, v);
           o.cpu_placement_given = true;
         }},
        {"consolidation_limit", "16",
         "jobs offered as victims of a consolidation; 0 turns it off, -1 is no limit",
         [](Options& o, const auto& k, const auto& v) {
           o.max_consolidation_preemptees = static_cast<std::int32_t>(read_integer(k, v, -1));
         }},
        {"stale_grace", "60s", "how long a gang may run below its minimum; never: for ever",
         [](Options& o, const auto& k, const auto& v) {
           if (v == "never") {
             o.stale_grace.reset();
           } else {
             o.stale_grace = read_duration(k, v);
           }
         }},
        {"signatures", "true", "after a failure skip jobs of the same constraints that are not easier",
         [](Options& o, const auto& k, const auto& v) { o.use_scheduling_signatures = read_bool(k, v); }},
        {"full_hierarchy", "true", "fair shares by the whole queue tree; false: all projects side by side",
         [](Options& o, const auto& k, const auto& v) { o.full_hierarchy_fairness = read_bool(k, v); }},
        {"consolidating_reclaim", "true", "victims that a reclaim places again are not counted as taken",
         [](Options& o, const auto& k, const auto& v) { o.allow_consolidating_reclaim = read_bool(k, v); }},
        {"restrict_node_scheduling", "false",
         "GPU pods on nodes labelled gpu-worker only, others on cpu-worker",
         [](Options& o, const auto& k, const auto& v) { o.restrict_node_scheduling = read_bool(k, v); }},
        {"detailed_fit_errors", "false", "messages list every node",
         [](Options& o, const auto& k, const auto& v) { o.detailed_fit_errors = read_bool(k, v); }},
        {"k_value", "1", "weight of past usage in fair shares (0: none)",
         [](Options& o, const auto& k, const auto& v) {
           const double n = read_number(k, v);
           o.k_value = n > 0 ? n : 0;
         }},
        {"saturation_multiplier", "1",
         "how much less saturated than its victim's queue a reclaimer must stay (at least 1)",
         [](Options& o, const auto& k, const auto& v) {
           read_number(k, v);  // what is no number would count as 1
           o.reclaimer_saturation_multiplier = saturation_multiplier(v);
         }},
        {"min_runtime.preempt", "0s", "protects workloads from preemption where no queue says otherwise",
         [](Options& o, const auto& k, const auto& v) {
           o.default_preempt_min_runtime = read_duration(k, v);
         }},
        {"min_runtime.reclaim", "0s", "protects workloads from reclaim where no queue says otherwise",
         [](Options& o, const auto& k, const auto& v) {
           o.default_reclaim_min_runtime = read_duration(k, v);
         }},
        {"min_runtime.reclaim_resolve", "lca",
         "whose setting counts: lca (below the common ancestor) or queue",
         [](Options& o, const auto& k, const auto& v) {
           if (v != "lca" && v != "queue") refuse(k, v, "lca or queue");
           o.reclaim_resolve = v == "lca" ? ReclaimResolve::lca : ReclaimResolve::queue;
         }},
        {"min_node_gpu_memory", "100", "MiB of one GPU by which waiting requests for GPU memory are counted",
         [](Options& o, const auto& k, const auto& v) { o.min_node_gpu_memory = read_integer(k, v, 1); }},
    };
    for (std::size_t a = 0; a < action_count; ++a) {
      e.push_back({"queue_depth." + std::string(action_names[a]), "0",
                   "jobs of a queue that the action looks at; 0: all",
                   [a](Options& o, const auto& k, const auto& v) {
                     o.queue_depth.resize(action_count, 0);
                     o.queue_depth[a] = static_cast<std::int32_t>(read_integer(k, v, 0));
                   }});
    }
    for (const KnownBug& bug : known_bugs()) {
      e.push_back(
          {"bugs." + std::string(bug.name), "true", std::string(bug.meaning),
           [flag = bug.flag](Options& o, const auto& k, const auto& v) { o.bugs.*flag = read_bool(k, v); }});
    }
    return e;
  }();
  return all;
}

}  // namespace

std::string_view name_of(Action action) {
  return action_names[static_cast<std::size_t>(action)];
}

std::optional<Action> action_named(std::string_view name) {
  for (std::size_t i = 0; i < action_count; ++i) {
    if (action_names[i] == name) return static_cast<Action>(i);
  }
  return std::nullopt;
}

bool is_plugin(std::string_view name) {
  for (const PluginName& plugin : plugin_table) {
    if (plugin.name == name) return true;
  }
  for (const std::string_view silent : silent_plugins) {
    if (silent == name) return true;
  }
  return false;
}

std::vector<std::string> plugin_names() {
  std::vector<std::string> names;
  for (const PluginName& plugin : plugin_table) names.emplace_back(plugin.name);
  names.insert(names.end(), silent_plugins.begin(), silent_plugins.end());
  return names;
}

const std::vector<KnownBug>& known_bugs() {
  static const std::vector<KnownBug> bugs{
      {"task_check_counts_one_device",
       "#1369: the limit and quota check of a pod on a node counts one device of a multi-device fraction",
       &KnownBugs::task_check_counts_one_device},
      {"job_check_ignores_gpu_memory",
       "fixed by #1668: the limit and quota check of a job counts GPU memory as 0",
       &KnownBugs::job_check_ignores_gpu_memory},
      {"min_node_gpu_memory_is_100", "#1847: the smallest GPU memory of the nodes is taken to be 100 MiB",
       &KnownBugs::min_node_gpu_memory_is_100},
      {"queue_depth_drops_last_leaf", "a full queue drops the last leaf of its heap, not its worst job",
       &KnownBugs::queue_depth_drops_last_leaf},
      {"undo_leaves_releasing_share",
       "undoing a shared pod moved on its own node leaves what was being released there until the cycle ends",
       &KnownBugs::undo_leaves_releasing_share},
      {"skipped_filter_stays_skipped", "a Kubernetes filter skipped once for a pod stays skipped all cycle",
       &KnownBugs::skipped_filter_stays_skipped},
      {"named_group_takes_two_slots", "a shared device with a non-numeric name always demands two pod slots",
       &KnownBugs::named_group_takes_two_slots},
      {"recorded_chunk_evicted_twice",
       "victims found by an earlier step are evicted a second time, which lowers their queue's use twice",
       &KnownBugs::recorded_chunk_evicted_twice},
      {"shared_gpus_booked_by_steps",
       "idle and releasing GPUs are kept by steps, which go astray when shares of one device lie differently",
       &KnownBugs::shared_gpus_booked_by_steps},
      {"request_outlives_commit",
       "after an eviction is committed, orders, gates and searches go on with the evicted pods in what their "
       "job "
       "asks for",
       &KnownBugs::request_outlives_commit},
  };
  return bugs;
}

Options read_options(const std::map<std::string, std::string>& text) {
  Options options;
  for (const Entry& entry : entries()) {  // in table order, so that `plugins` comes before `without_plugins`
    const auto found = text.find(entry.key);
    // A scenario spells defaults out: they say no more than silence does (an empty list of plugins is not "none").
    if (found == text.end() || found->second == entry.default_value) continue;
    entry.read(options, entry.key, found->second);
  }
  return options;
}

std::vector<PolicyOption> option_table() {
  std::vector<PolicyOption> table;
  for (const Entry& entry : entries()) table.push_back({entry.key, entry.default_value, entry.meaning});
  for (const auto& [key, default_value, meaning] : {
           std::array<const char*, 3>{
               "time_based_fair_share.window", "off",
               "how far back usage counts; off: not at all, unless another of these is set (then 7d)"},
           std::array<const char*, 3>{"time_based_fair_share.window_type", "sliding",
                                      "sliding, tumbling or cron"},
           std::array<const char*, 3>{"time_based_fair_share.window_start", "",
                                      "tumbling: where the first window begins"},
           std::array<const char*, 3>{"time_based_fair_share.cron", "", "cron: when windows begin"},
           std::array<const char*, 3>{"time_based_fair_share.half_life", "0s",
                                      "usage of that age counts half; 0s: all alike"},
           std::array<const char*, 3>{"time_based_fair_share.fetch", "1m",
                                      "how often the policy learns of usage"},
           std::array<const char*, 3>{"time_based_fair_share.resolution", "1m",
                                      "length of the stretches in which usage is kept"},
       }) {
    table.push_back({key, default_value, meaning});
  }
  return table;
}

std::unique_ptr<Policy> make_kai(const PolicySpec& spec) {
  Options options = read_options(spec.options);
  // Usage is accounted for by the World; here its options are only checked. A cron window's schedule may be said apart.
  std::map<std::string, std::string> usage = spec.options;
  const auto type = usage.find("time_based_fair_share.window_type");
  if (type != usage.end() && type->second == "cron")
    usage.try_emplace("time_based_fair_share.cron", "@daily");
  organization::read_usage_options(usage);
  // The operator adds podaffinity to the plugins of the reference's code (section 1).
  if (!options.plugins_given) options.plugins.pod_affinity = true;
  return std::make_unique<KaiPolicy>(std::move(options));
}

}  // namespace berth::policy::kai
