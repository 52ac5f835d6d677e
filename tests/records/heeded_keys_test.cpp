// Nothing that a scenario says is passed over in silence. For every key of every key table (sim/scenario/keys/heeded.cpp has a
// row for each, and a table without its rows cannot be built) and every policy: the key changes what comes of a run, or it
// is refused, or it is warned of - and then it changes nothing that the policy decides.
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <set>

#include "berth/policy/policy.hpp"
#include "sim/records/folder/run_folder.hpp"
#include "sim/records/words/expectations.hpp"
#include "sim/records/words/explain.hpp"
#include "sim/scenario/keys/heeded.hpp"
#include "sim/simulation/journal/replay.hpp"
#include "tests/records/heeded_examples.hpp"
#include "tests/support/finished_run.hpp"

using namespace berth;
using namespace berth::tests;
using scenario::Heeded;
using scenario::HeededKey;

namespace {

// What a scenario comes to, and what was said while it was read.
struct Outcome {
  std::string decisions;  // what became of pods and workloads, instant by instant
  std::string
      documents;  // all files of the run, its explanations and expectations, without the scenario itself
  std::string said;
  std::vector<Diagnostic> diagnostics;
  bool loaded = false;
};

// Files in memory.
class Memory final : public records::FileStore {
 public:
  bool exists(const std::string& path) override { return path == "/" || folders_.count(path) > 0; }
  std::vector<std::string> entries(const std::string&) override { return {}; }
  void make_folder(const std::string& path) override { folders_.insert(path); }
  std::unique_ptr<simulation::ByteSink> create(const std::string& path) override {
    return std::make_unique<Sink>(files_[path.substr(path.rfind('/') + 1)]);
  }
  void sync_folder(const std::string&) override {}
  void rename(const std::string& from, const std::string& to) override {
    folders_.erase(from);
    folders_.insert(to);
  }
  void exchange(const std::string&, const std::string&) override {}
  void remove_all(const std::string& path) override { folders_.erase(path); }
  const std::map<std::string, std::string>& files() const { return files_; }

 private:
  class Sink final : public simulation::ByteSink {
   public:
    explicit Sink(std::string& text) : text_(text) {}
    void append(const std::uint8_t* data, std::size_t size) override {
      text_.append(reinterpret_cast<const char*>(data), size);
    }
    void overwrite(std::uint64_t offset, const std::uint8_t* data, std::size_t size) override {
      text_.replace(offset, size, reinterpret_cast<const char*>(data), size);
    }
    void sync() override {}

   private:
    std::string& text_;
  };
  std::set<std::string> folders_;
  std::map<std::string, std::string> files_;
};

Outcome outcome_of(const std::string& text, const Sets& sets) {
  Outcome out;
  scenario::LoadOptions options;
  options.sets = sets;
  auto loaded = scenario::load_scenario_text(text, "s.yaml", options);
  out.said = loaded.diagnostics.to_text();
  out.diagnostics = loaded.diagnostics.all();
  if (!loaded.scenario) return out;
  out.loaded = true;
  tests::FinishedRun run(std::move(*loaded.scenario));
  simulation::Replay replay(*run.journal);
  run.journal->each(0, [&](const simulation::Record& record) {
    replay.advance_before(record.sequence);
    const std::string line = simulation::line_of(record, replay.world());
    for (const char* of_policy : {" pod-", " workload-", " refused", " repartition"}) {
      if (line.find(of_policy) == std::string::npos) continue;
      out.decisions += line + "\n";
      break;
    }
    return true;
  });
  Memory store;
  records::OutputFolder folder(store, "/out", records::run_files());
  records::RunFiles files;
  files.fragmentation = run.scenario.trace.has_value();
  records::write_run_files(folder, files, run.scenario, run.summary(), run.end(), &*run.journal);
  records::write_replayed_files(folder, files, &*run.journal);
  for (const auto& [name, content] : store.files()) {
    if (name != "scenario.yaml") out.documents += name + "\n" + content + "\n";
  }
  for (const Duration at : {minutes(15), minutes(25), hours(1)}) {
    if (run.start() + at > run.result.end) break;
    const tests::Moment moment(run, at);
    for (std::size_t i = 0; i < moment.world.workloads.all.size(); ++i)
      out.documents += records::explain_workload(moment.view, *run.journal, id_of<WorkloadId>(i));
  }
  for (const auto& checked : records::check_expectations(run.scenario, *run.journal))
    out.documents += checked.text + " " + checked.difference + "\n";
  out.documents += out.decisions;
  return out;
}

Sets with(const std::string& policy, const Example& example, const std::string& value) {
  Sets sets{"policy.name=" + policy};
  if (example.path == "trace.project")
    sets.push_back("organization={departments: [{name: d, projects: [{name: default}, {name: p}]}]}");
  sets.insert(sets.end(), example.around.begin(), example.around.end());
  if (!value.empty()) sets.push_back(example.path + "=" + value);
  return sets;
}

// Is there a warning at what was set, or, where the same key stands elsewhere too, of that key or of one around it?
bool warned_of(const Outcome& outcome, const Example& example) {
  return std::any_of(outcome.diagnostics.begin(), outcome.diagnostics.end(), [&](const Diagnostic& said) {
    if (said.code != "not-heeded") return false;
    if (said.place.file == "--set " + example.path) return true;
    return said.message.find("'" + example.key + "' in " + example.noun) != std::string::npos ||
           (example.noun == "a pod affinity" &&
            said.message.find("'pod_affinity' in a workload") != std::string::npos);
  });
}

}  // namespace

TEST_CASE("heeded keys: every key has an example, and every example a key") {
  const test::TestFolder folder("heeded-keys");
  std::set<std::pair<std::string, std::string>> rows, shown;
  for (const HeededKey& row : scenario::heeded_keys()) CHECK(rows.emplace(row.noun, row.key).second);
  for (const Example& example : examples(folder)) shown.emplace(example.noun, example.key);
  CHECK(shown == rows);
}

TEST_CASE("heeded keys: under every policy each key changes something, is refused, or is warned of") {
  const test::TestFolder folder("heeded-keys");
  for (const Example& example : examples(folder)) {
    const HeededKey& row = scenario::heeded_key(example.noun, example.key);
    for (const std::string& policy : policy::policy_names()) {
      INFO("'" << example.key << "' in " << example.noun << " under " << policy << ": " << example.path << "="
               << example.one << " | " << example.other);
      const Outcome other = outcome_of(example.text, with(policy, example, example.other));
      INFO(other.said);
      if (row.heeded == Heeded::refused) {
        CHECK_FALSE(other.loaded);
        CHECK(other.said.find("'" + example.key + "' in " + example.noun +
                              " is not supported by this version") != std::string::npos);
        continue;
      }
      if (example.shows == Shows::by_fault) {
        CHECK_FALSE(other.loaded);
        CHECK(outcome_of(example.text, with(policy, example, example.one)).loaded);
        continue;
      }
      const Outcome one = outcome_of(example.text, with(policy, example, example.one));
      INFO(one.said);
      REQUIRE(one.loaded);
      REQUIRE(other.loaded);
      if (row.heeded == Heeded::always) {
        CHECK(one.documents != other.documents);
        CHECK(other.said.find("'" + example.key + "' in " + example.noun) == std::string::npos);
      } else if (policy::heeds(policy, row.matter)) {
        CHECK(one.decisions != other.decisions);
        CHECK_FALSE(warned_of(other, example));
      } else {
        CHECK(one.decisions == other.decisions);
        CHECK(warned_of(other, example));
      }
    }
  }
}

TEST_CASE("heeded keys: every option is its policy's, and an error or dropped under the others") {
  std::set<std::string> all;
  for (const std::string& policy : policy::policy_names()) {
    for (const policy::PolicyOption& option : policy::policy_options(policy)) all.insert(option.name);
  }
  for (const std::string& option : all) {
    for (const std::string& policy : policy::policy_names()) {
      INFO(option << " under " << policy);
      const auto options = policy::policy_options(policy);
      const bool own =
          std::any_of(options.begin(), options.end(), [&](const auto& o) { return o.name == option; });
      // Read by the policy that has it: a wrong value is refused. (Only `cron` takes any text, without its window_type.)
      const Outcome wrong =
          outcome_of(lab, {"policy={name: " + policy + "}", "policy.options." + option + "=~wrong~"});
      CHECK_FALSE(wrong.loaded);
      CHECK((wrong.said.find("unknown option of policy " + policy + " '" + option + "'") ==
             std::string::npos) == own);
      // Another policy's name drops it, with a word about it.
      const std::string other = policy == "kai" ? "fifo" : "kai";
      const Outcome named = outcome_of(
          lab,
          {"policy={name: " + other + "}", "policy.options." + option + "=~wrong~", "policy.name=" + policy});
      const bool dropped = std::any_of(named.diagnostics.begin(), named.diagnostics.end(),
                                       [](const Diagnostic& said) { return said.code == "option-dropped"; });
      CHECK(dropped == !own);
      CHECK(named.loaded == dropped);
    }
  }
}
