#include "sim/runs/scenario_run.hpp"

#include <stdexcept>
#include <utility>

#include "berth/scenario/load.hpp"
#include "berth/simulation/byte_store.hpp"
#include "sim/cases/case_tools.hpp"
#include "sim/simulation/run/commit.hpp"
#include "sim/simulation/run/run_header.hpp"

namespace berth::runs {
namespace {

records::TraceNotes trace_notes(const scenario::Scenario& scenario) {
  if (!scenario.trace) return {};
  const auto& counts = scenario.trace->counts;
  return {{"workloads", counts.workloads},
          {"nodes", counts.nodes},
          {"never_scheduled", counts.never_scheduled},
          {"zero_length", counts.zero_length},
          {"without_end", counts.without_end}};
}

// A trace whose every row has one attempt: what the placement study is.
bool is_study(const scenario::Scenario& scenario) {
  return scenario.trace && scenario.policy.name.value == "try-once";
}

// What the pass saw whose decisions the World refused.
void write_refused_pass(const scenario::Scenario& scenario, const simulation::PolicyError& error,
                        std::uint64_t pass, const std::string& path) {
  simulation::Input again = scenario::build_input(scenario);
  auto policy = policy_of(again.policy);
  scenario::PolicyCase one = scenario::capture_pass(std::move(again), std::move(policy), pass);
  one.id = "illegal-decision";
  one.name = error.what();
  records::append_text(*simulation::create_file(path), scenario::print_policy_case(one) + "\n");
}

}  // namespace

std::unique_ptr<policy::Policy> policy_of(const policy::PolicySpec& spec) {
  try {
    return policy::make_policy(spec);
  } catch (const std::invalid_argument& error) {
    throw InputError(error.what());
  }
}

// Where the journal goes: into the folder; into memory when it is only read once; or nowhere.
class ScenarioRun::Journal {
 public:
  Journal(records::OutputFolder* folder, const records::RunFiles& files)
      : folder_(folder), kept_(folder && files.journal), read_(folder && files.read_journal()) {
    if (kept_)
      sink_ = folder->create("journal.berth");
    else if (read_)
      sink_ = std::make_unique<simulation::MemorySink>();
    else
      sink_ = std::make_unique<simulation::NullSink>();
  }

  simulation::ByteSink& sink() { return *sink_; }

  // After the run. The sealed journal, when there are documents to be made of it.
  std::unique_ptr<simulation::ByteSource> close() {
    if (kept_) {
      sink_->sync();
      sink_.reset();
      if (!read_) return nullptr;
      return simulation::open_file(folder_->path_of("journal.berth"));
    }
    if (!read_) return nullptr;
    return std::make_unique<simulation::MemorySource>(
        static_cast<simulation::MemorySink&>(*sink_).take_bytes());
  }

 private:
  records::OutputFolder* folder_;
  bool kept_, read_;
  std::unique_ptr<simulation::ByteSink> sink_;
};

ScenarioRun::ScenarioRun(const scenario::Scenario& scenario, simulation::Input input,
                         std::unique_ptr<policy::Policy> policy, RunPlan plan)
    : scenario_(scenario),
      plan_(std::move(plan)),
      header_(simulation::header_of(input)),
      extent_{input.start, input.end, input.submissions->remaining()} {
  plan_.files.study = is_study(scenario) && (plan_.files.summary || plan_.files.metrics);
  try {
    if (plan_.folder) folder_.emplace(records::disk(), *plan_.folder, records::run_files());
  } catch (const records::OutputRefused& error) {
    throw InputError(error.what());
  }
  journal_ = std::make_unique<Journal>(folder_ ? &*folder_ : nullptr, plan_.files);
  simulation::RunHooks hooks;
  hooks.progress = plan_.progress;
  hooks.stop = plan_.stop;
  run_ = std::make_unique<simulation::Run>(std::move(input), std::move(policy), journal_->sink(),
                                           std::move(hooks));
}

ScenarioRun::~ScenarioRun() = default;

void ScenarioRun::simulate() {
  try {
    result_ = run_->execute();
  } catch (const simulation::PolicyError& error) {
    write_refused_pass(scenario_, error, run_->progress().cycles, plan_.illegal_decision);
    throw std::runtime_error(std::string(error.what()) + "\nWhat the policy saw is written to " +
                             plan_.illegal_decision + " as a policy case; please send it too.");
  }
  plan_.stop.poll();
  summary_ = records::summarize(run_->world(), header_, result_);
  summary_.trace = trace_notes(scenario_);
}

void ScenarioRun::write() {
  if (!folder_) return;
  const auto source = journal_->close();
  std::optional<simulation::JournalReader> reader;
  if (source) reader.emplace(*source, false, plan_.stop);
  const simulation::JournalReader* read = reader ? &*reader : nullptr;
  {
    records::Identities ids(header_.seed, run_->world().cluster.name);
    ids.follow(run_->world().workloads, run_->world().organization);
    records::View view(run_->world(), ids, result_.end);
    view.stop = plan_.stop;
    records::write_run_files(*folder_, plan_.files, scenario_, summary_, view, read);
  }
  run_.reset();  // one World in memory at a time: the journal is replayed next
  records::write_replayed_files(*folder_, plan_.files, read);
  plan_.stop.poll();
}

void ScenarioRun::commit() {
  if (folder_) folder_->commit();
}

}  // namespace berth::runs
