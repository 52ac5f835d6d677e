// The scenario itself, policy, trace, events and expectations.
#include <algorithm>
#include <array>
#include <filesystem>

#include "berth/policy/policy.hpp"
#include "berth/workload/phase.hpp"
#include "sim/core/text.hpp"
#include "sim/scenario/keys/sections.hpp"

namespace berth::scenario {

namespace {

// A path as an absolute one: relative ones start from the folder of the file that names it (`--set`: the working folder).
struct PathForm {
  using type = Name;
  static bool read(Reader& reader, const Value& value, Name& out) {
    const std::string* text = reader.scalar(value, "a file's path");
    if (!text) return false;
    if (text->empty() || text->size() > 4096)
      return reader.wrong_value(value, berth::quoted(*text) + " is not a path");
    const std::filesystem::path folder(reader.document().folder(value.mark.file));
    out = Name((folder / *text).lexically_normal().string(), value.mark);
    return true;
  }
  static Value write(const Name& path) { return NameForm::write(path); }
};

struct Hashes {
  std::string nodes, workloads, typical;
};
struct HashForm {
  using type = std::string;
  static bool read(Reader& reader, const Value& value, std::string& out) {
    if (!TextForm::read(reader, value, out)) return false;
    const bool hex = out.size() == 64 && std::all_of(out.begin(), out.end(), [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                     });
    return hex || reader.wrong_value(
                      value, berth::quoted(out) + " is not a SHA-256 (64 lower-case hexadecimal digits)");
  }
  static Value write(const std::string& hash) { return TextForm::write(hash); }
};
const Keys<Hashes>& hash_keys() {
  static const Keys<Hashes> table = Keys<Hashes>("sha256")
                                        .key<HashForm>("nodes", &Hashes::nodes)
                                        .key<HashForm>("workloads", &Hashes::workloads)
                                        .key<HashForm>("typical", &Hashes::typical);
  return table;
}

template <TraceFile TraceSpec::*File>
void add_file_key(Keys<TraceSpec>& table, const char* name) {
  table.custom(
      name,
      [](Reader& reader, const Value& value, TraceSpec& out) {
        return PathForm::read(reader, value, (out.*File).path);
      },
      [](const TraceSpec& t) { return std::optional(PathForm::write((t.*File).path)); });
}

struct FormatForm {
  using type = std::string;
  static constexpr bool keeps_parts = true;  // of a format that is not known nothing: its files are not read
  static bool read(Reader& reader, const Value& value, std::string& out) {
    if (!TextForm::read(reader, value, out)) return false;
    if (out == "openb") return true;
    reader.unknown(value.mark, "trace format", out, {"openb"});
    out.clear();
    return false;
  }
  static Value write(const std::string& format) { return Value::scalar(format); }
};

struct VerbKey {
  const char* name;
  EventSpec::Verb verb;
};
constexpr std::array<VerbKey, 7> verbs = {{{"suspend", EventSpec::Verb::suspend},
                                           {"resume", EventSpec::Verb::resume},
                                           {"delete", EventSpec::Verb::remove},
                                           {"cordon", EventSpec::Verb::cordon},
                                           {"uncordon", EventSpec::Verb::uncordon},
                                           {"node_down", EventSpec::Verb::node_down},
                                           {"node_up", EventSpec::Verb::node_up}}};

// `quota: {project: speech, node_pool: h100, gpu: 40}`: the words of a quota beside whose it is.
bool read_quota_event(Reader& reader, const Value& value, EventSpec& out) {
  if (!value.is_map())
    return reader.wrong_type(value, "a map with project or department, node_pool and the new numbers");
  Value numbers = Value::map();
  numbers.mark = value.mark;
  bool good = true;
  int owners = 0;
  bool all_known = true;  // a key that is not known may be the one that is missed
  const std::vector<std::string> of_quota = keys<QuotaSpec>().names();
  std::vector<std::string> known{"project", "department", "node_pool"};
  known.insert(known.end(), of_quota.begin(), of_quota.end());
  for (const Entry& entry : value.entries) {
    const Reader::Key key(reader, entry.key);
    if (entry.key == "project" || entry.key == "department") {
      ++owners;
      good &= NameForm::read(reader, entry.value, out.target);
    } else if (entry.key == "node_pool") {
      good &= NameForm::read(reader, entry.value, out.pool);
    } else if (std::find(known.begin(), known.end(), entry.key) != known.end()) {
      numbers.entries.push_back(entry);
    } else {
      reader.error(
          entry.key_mark, "unknown-key",
          "unknown key " + berth::quoted(entry.key) + " in a quota event" + suggestion(entry.key, known));
      all_known = false;
    }
  }
  good &= keys<QuotaSpec>().read(reader, numbers, out.quota);
  if (!all_known) return false;
  if (owners == 1 && !numbers.entries.empty()) return good;
  reader.error(
      value.mark, "keys-exclude",
      owners == 1
          ? "a quota event changes nothing: give 'gpu', 'cpu', 'memory', 'limit' or 'over_quota_weight'"
          : "a quota event needs exactly one of 'project' and 'department'");
  return false;
}

Value write_quota_event(const EventSpec& event) {
  Value value = Value::map();
  value.add(event.of_department ? "department" : "project", NameForm::write(event.target));
  if (!event.pool.value.empty()) value.add("node_pool", NameForm::write(event.pool));
  for (Entry& entry : keys<QuotaSpec>().write(event.quota).entries)
    value.add(entry.key, std::move(entry.value));
  return value;
}

struct PhaseForm {
  using type = std::string;
  static bool read(Reader& reader, const Value& value, std::string& out) {
    if (!TextForm::read(reader, value, out)) return false;
    std::vector<std::string> known;
    for (int i = 0; i <= static_cast<int>(workload::Phase::unknown); ++i) {
      known.emplace_back(workload::name_of(static_cast<workload::Phase>(i)));
    }
    if (std::find(known.begin(), known.end(), out) != known.end()) return true;
    reader.unknown(value.mark, "phase", out, known);
    return false;
  }
  static Value write(const std::string& phase) { return Value::scalar(phase); }
};

// Numbers that an expectation compares with are kept as written: which unit a metric has is not known here.
struct BoundForm {
  using type = std::string;
  static bool read(Reader& reader, const Value& value, std::string& out) {
    const std::string* text = reader.scalar(value, "a number, a share such as 60% or a duration");
    if (!text) return false;
    out = *text;
    return !out.empty() || reader.wrong_type(value, "a number, a share such as 60% or a duration");
  }
  static Value write(const std::string& bound) { return Value::scalar(bound); }
};

bool flatten_options(Reader& reader, const Value& value, const std::string& prefix,
                     std::map<std::string, Name>& out) {
  if (!value.is_map()) return reader.wrong_type(value, "a map of options");
  bool good = true;
  for (const Entry& entry : value.entries) {
    const std::string name = prefix + entry.key;
    const Reader::Key key(reader, name);
    if (entry.value.is_map()) {
      good &= flatten_options(reader, entry.value, name + ".", out);
    } else if (entry.value.is_scalar()) {
      out[name] = Name(entry.value.text, entry.value.mark);
    } else {
      good = reader.wrong_type(entry.value, "a value");
    }
  }
  return good;
}

// Dotted names as nested maps again; an option whose name is also the beginning of others keeps its dots.
Value nest_options(const std::map<std::string, Name>& options) {
  Value root = Value::map();
  for (const auto& [name, text] : options) {
    Value* at = &root;
    std::string_view rest = name;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      const std::string_view head = rest.substr(0, dot);
      Entry* found = at->find(head);
      if (found && !found->value.is_map()) break;
      if (!found) {
        at->add(std::string(head), Value::map());
        found = at->find(head);
      }
      at = &found->value;
      rest.remove_prefix(dot + 1);
    }
    at->add(std::string(rest), Value::scalar(text.value));
  }
  return root;
}

struct OptionsForm {
  using type = std::map<std::string, Name>;
  static bool read(Reader& reader, const Value& value, type& out) {
    return flatten_options(reader, value, "", out);
  }
  static Value write(const type& options) { return nest_options(options); }
};

}  // namespace

template <>
const Keys<TraceSpec>& keys() {
  static const Keys<TraceSpec> table = [] {
    Keys<TraceSpec> t("trace");
    t.key<FormatForm>("format", &TraceSpec::format, Need::required);
    add_file_key<&TraceSpec::nodes>(t, "nodes");
    add_file_key<&TraceSpec::workloads>(t, "workloads");
    add_file_key<&TraceSpec::typical>(t, "typical");
    t.key<DecimalForm<std::int64_t, 6, 1, 1'000'000'000>>("arrival_scale", &TraceSpec::arrival_scale_micro)
        .key<NameForm>("project", &TraceSpec::project)
        .key<NumberForm<std::int32_t, 1, max_pods_per_node>>("max_pods", &TraceSpec::max_pods)
        .custom(
            "sha256",
            [](Reader& reader, const Value& value, TraceSpec& out) {
              Hashes hashes;
              if (!hash_keys().read(reader, value, hashes)) return false;
              out.nodes.sha256 = hashes.nodes;
              out.workloads.sha256 = hashes.workloads;
              out.typical.sha256 = hashes.typical;
              return true;
            },
            [](const TraceSpec& t2) {
              return std::optional(
                  hash_keys().write(Hashes{t2.nodes.sha256, t2.workloads.sha256, t2.typical.sha256}));
            })
        .check([](Reader& reader, const Value& value, TraceSpec&) {
          if (value.find("nodes") || value.find("workloads")) return true;
          reader.error(value.mark, "missing-key", "trace needs 'nodes', 'workloads' or both");
          return false;
        });
    return t;
  }();
  return table;
}

template <>
const Keys<EventSpec>& keys() {
  static const Keys<EventSpec> table = [] {
    Keys<EventSpec> t("an event");
    t.key<WhenForm>("at", &EventSpec::at, Need::required);
    for (const VerbKey& verb : verbs) {
      t.custom(
          verb.name,
          [verb](Reader& reader, const Value& value, EventSpec& out) {
            out.verb = verb.verb;
            return NameForm::read(reader, value, out.target);
          },
          [verb](const EventSpec& e) {
            return e.verb == verb.verb ? std::optional(NameForm::write(e.target)) : std::nullopt;
          });
    }
    t.custom(
         "quota",
         [](Reader& reader, const Value& value, EventSpec& out) {
           out.verb = EventSpec::Verb::quota;
           out.of_department = value.find("department") != nullptr;
           return read_quota_event(reader, value, out);
         },
         [](const EventSpec& e) {
           return e.verb == EventSpec::Verb::quota ? std::optional(write_quota_event(e)) : std::nullopt;
         })
        .later("drain")
        .later("scale")
        .later("price")
        .check([](Reader& reader, const Value& value, EventSpec&) {
          if (value.entries.size() == 2) return true;
          reader.error(
              value.mark, "keys-exclude",
              "an event needs 'at' and exactly one of suspend, resume, delete, cordon, uncordon, node_down, "
              "node_up and quota");
          return false;
        });
    return t;
  }();
  return table;
}

template <>
const Keys<Expectation>& keys() {
  static const Keys<Expectation> table =
      Keys<Expectation>("an expectation")
          .key<NameForm>("workload", &Expectation::workload)
          .key<PhaseForm>("phase", &Expectation::phase)
          .key<NumberForm<std::int32_t, 0, max_count>>("preemptions", &Expectation::preemptions)
          .key<NameForm>("node", &Expectation::node)
          .key<WhenForm>("by", &Expectation::by)
          .key<WhenForm>("at", &Expectation::at)
          .key<NameForm>("metric", &Expectation::metric)
          .key<BoundForm>("at_most", &Expectation::at_most)
          .key<BoundForm>("at_least", &Expectation::at_least)
          .key<BoundForm>("equals", &Expectation::equals)
          .check([](Reader& reader, const Value& value, Expectation& out) {
            const bool about_workload = !out.workload.value.empty();
            const bool asks = about_workload
                                  ? !out.phase.empty() || !out.node.value.empty() || out.preemptions
                                  : !out.at_most.empty() || !out.at_least.empty() || !out.equals.empty();
            const char* fault = nullptr;
            if (about_workload == !out.metric.value.empty()) {
              fault = "an expectation is about exactly one of 'workload' and 'metric'";
            } else if (!asks) {
              fault = about_workload
                          ? "an expectation about a workload needs 'phase', 'node' or 'preemptions'"
                          : "an expectation about a metric needs 'at_most', 'at_least' or 'equals'";
            } else if (out.by && out.at) {
              fault = "an expectation has both 'by' and 'at'; give one of them";
            } else if (about_workload
                           ? value.find("at_most") || value.find("at_least") || value.find("equals")
                           : value.find("phase") || value.find("node") || value.find("preemptions") ||
                                 value.find("by")) {
              fault =
                  "'phase', 'node', 'preemptions' and 'by' are for workloads, 'at_most', 'at_least' and "
                  "'equals' for metrics";
            }
            if (fault) reader.error(value.mark, "keys-exclude", fault);
            return fault == nullptr;
          });
  return table;
}

template <>
const Keys<PolicyChoice>& keys() {
  static const Keys<PolicyChoice> table =
      Keys<PolicyChoice>("policy")
          .key<NameForm>("name", &PolicyChoice::name)
          // Left out under a policy that does not heed it. Never neutral: under such a policy nothing is placed so.
          .custom(
              "placement",
              [](Reader& reader, const Value& value, PolicyChoice& out) {
                return NameForm::read(reader, value, out.placement);
              },
              [](const PolicyChoice& p) -> std::optional<Value> {
                if (!policy::heeds(p.name.value, policy::Matter::placement)) return std::nullopt;
                return NameForm::write(p.placement);
              })
          .neutral([](const PolicyChoice&) { return false; })
          .custom(
              "cycle",
              [](Reader& reader, const Value& value, PolicyChoice& out) {
                out.cycle_said = true;
                out.cycle.reset();
                if (value.is_scalar() && value.text == "immediate") return true;
                if (value.is_scalar() && nearest_name(value.text, {"immediate"})) {
                  reader.unknown(value.mark, "cycle", value.text, {"immediate"});
                  return false;
                }
                return PositiveDurationForm::read(reader, value, out.cycle.emplace());
              },
              [](const PolicyChoice& p) {
                return std::optional(p.cycle ? PositiveDurationForm::write(*p.cycle)
                                             : Value::scalar("immediate"));
              })
          .key<OptionsForm>("options", &PolicyChoice::options)
          .later("latency")
          .later("by_pool");
  return table;
}

template <>
const Keys<Scenario>& keys() {
  static const Keys<Scenario> table =
      Keys<Scenario>("the scenario")
          .key<NumberForm<std::int32_t, 1, 1>>("version", &Scenario::version, Need::required)
          .custom(
              "include",
              [](Reader&, const Value&, Scenario&) { return true; },  // merged before keys are read
              [](const Scenario&) -> std::optional<Value> { return std::nullopt; })
          .custom(
              "name",
              [](Reader& reader, const Value& value, Scenario& out) {
                Name name;
                const bool good = NameForm::read(reader, value, name);
                out.name = name.value;
                return good;
              },
              [](const Scenario& s) { return std::optional(TextForm::write(s.name)); })
          .key<NumberForm<std::uint64_t, 0, std::numeric_limits<std::int64_t>::max()>>("seed",
                                                                                       &Scenario::seed)
          .key<Section<Clock>>("clock", &Scenario::clock)
          .key<Section<ClusterSpec>>("cluster", &Scenario::cluster)
          .key<Section<OrganizationSpec>>("organization", &Scenario::organization)
          .key<Section<PolicyChoice>>("policy", &Scenario::policy)
          .key<Section<DefaultsSpec>>("defaults", &Scenario::defaults)
          .key<ListOf<Section<WorkloadSpec>>>("workloads", &Scenario::workloads)
          .key<ListOf<Section<GeneratorSpec>>>("generators", &Scenario::generators)
          .key<Section<TraceSpec>>("trace", &Scenario::trace)
          .key<ListOf<Section<EventSpec>>>("events", &Scenario::events)
          .key<ListOf<Section<Expectation>>>("expect", &Scenario::expect)
          .later("failures")
          .later("maintenance")
          .later("sweep")
          .later("study")
          .later("targets");
  return table;
}

}  // namespace berth::scenario
