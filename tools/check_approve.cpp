// berth check --approve: what came becomes what is expected.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <set>
#include <stdexcept>
#include <system_error>

#include "berth/simulation/byte_store.hpp"
#include "sim/cases/case_tools.hpp"
#include "sim/core/text.hpp"
#include "sim/records/folder/output_folder.hpp"
#include "sim/runs/in_parallel.hpp"
#include "tools/check_cases.hpp"
#include "tools/check_modes.hpp"
#include "tools/interrupt.hpp"

namespace berth::tools {
namespace {

namespace fs = std::filesystem;

// Cases that take their expectation from another one change with it: a few rounds settle it.
constexpr int most_rounds = 10;

bool taken(const scenario::PolicyCase& one, const std::string& filter) {
  return runs::filter_takes(filter, one.id, one.name);
}

class Approval {
 public:
  Approval(const Arguments& arguments, CaseFile file)
      : filter_(filter_of(arguments)),
        jobs_(jobs_of(arguments)),
        file_(std::move(file)),
        before_(file_.text) {
    if (arguments.has("policy")) instead_ = parse_policy(arguments.text("policy"), "policy");
  }

  // Makes every case of the file hold, in memory. Throws InputError when one cannot.
  void settle() {
    for (int round = 0; round < most_rounds; ++round) {
      Diagnostics faults;
      const std::vector<scenario::PolicyCase> cases = runs::read_cases(file_, faults);
      if (round > 0 && faults.error_count() != faults_)
        throw InputError(file_.path + ": the new expectations cannot be read back; nothing was written\n" +
                         faults.to_text());
      faults_ = faults.error_count();
      const auto approvals = outcomes(cases, round == 0);
      if (approvals.empty()) {
        for (const auto& one : cases) passed_ += taken(one, filter_) && approved_.count(one.id) == 0 ? 1 : 0;
        return;
      }
      std::vector<scenario::ApprovedChange> changes;
      try {
        file_.text = scenario::with_approvals(file_.text, file_.path, file_.yaml, approvals, changes);
      } catch (const std::invalid_argument& error) {
        throw InputError(file_.path + ": " + error.what() + "; nothing was written");
      }
      for (const scenario::ApprovedChange& one : changes) {
        told_ += "APPROVED " + one.id + "\n    - " + one.before + "\n    + " + one.after + "\n";
        approved_.insert(one.id);
      }
    }
    throw InputError(file_.path + ": the cases do not settle; nothing was written");
  }

  bool changed() const { return file_.text != before_; }
  const CaseFile& file() const { return file_; }
  std::size_t passed() const { return passed_; }
  std::size_t approved() const { return approved_.size(); }
  const std::string& told() const { return told_; }

 private:
  // What the failed ones would have to expect.
  std::vector<scenario::Approval> outcomes(const std::vector<scenario::PolicyCase>& cases, bool first) {
    std::vector<std::optional<scenario::CaseOutcome>> found(cases.size());
    runs::in_parallel(cases.size(), jobs_, [&](std::size_t i) {
      if (first && !taken(cases[i], filter_)) return;
      try {
        if (scenario::run_policy_case(cases[i], *policy_for(cases[i], instead_)).passed) return;
        found[i] = scenario::outcome_of_policy_case(cases[i], *policy_for(cases[i], instead_));
      } catch (const std::invalid_argument& error) {
        throw InputError("case " + berth::quoted(cases[i].id) + ": " + error.what() +
                         "; nothing was written");
      }
    });
    std::vector<scenario::Approval> out;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (!found[i]) continue;
      if (found[i]->unsettled_in)
        throw InputError("case " + berth::quoted(cases[i].id) + ": cycle " +
                         std::to_string(*found[i]->unsettled_in) +
                         " changes what came before, so that no expectation holds after every cycle; nothing "
                         "was written");
      out.push_back({cases[i].id, found[i]->expected});
    }
    return out;
  }

  std::string filter_;
  int jobs_;
  std::optional<PolicyArgument> instead_;
  CaseFile file_;
  std::string before_;
  std::size_t faults_ = 0, passed_ = 0;
  std::set<std::string> approved_;  // ids
  std::string told_;                // what changed, for a person
};

// All of them beside the files first, then all in their place.
void write_all(const std::vector<Approval>& all) {
  const Unfinished some_are_written;
  std::vector<std::pair<fs::path, fs::path>> moves;
  try {
    for (const Approval& one : all) {
      if (!one.changed()) continue;
      const fs::path target = fs::canonical(one.file().path);
      const fs::path beside = target.string() + ".approved";
      const auto sink = simulation::create_file(beside.string());
      moves.emplace_back(beside, target);
      records::append_text(*sink, one.file().text);
      sink->sync();
      fs::permissions(beside, fs::status(target).permissions());
    }
    for (const auto& [from, to] : moves) fs::rename(from, to);
  } catch (const std::system_error&) {
    std::error_code ignored;
    for (const auto& [from, to] : moves) fs::remove(from, ignored);
    throw;
  }
}

}  // namespace

int approve_cases(const Arguments& arguments) {
  const std::string filter = filter_of(arguments);
  CaseFiles files = load_some_case_files(arguments.positional, filter);
  if (!files.scenarios.empty())
    throw InputError(files.scenarios.front() + ": what a scenario expects is approved by hand");
  std::vector<Approval> all;
  for (CaseFile& file : files.files) all.emplace_back(arguments, std::move(file));
  for (Approval& one : all) one.settle();
  write_all(all);
  std::size_t passed = 0, approved = 0;
  for (const Approval& one : all) {
    passed += one.passed();
    approved += one.approved();
    if (!arguments.quiet) std::cout << one.told();
  }
  std::cout << passed << " passed, " << approved << " approved\n";
  return files.malformed ? bad_input : done;
}

}  // namespace berth::tools
