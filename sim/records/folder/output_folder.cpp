#include "sim/records/folder/output_folder.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "sim/core/file_fault.hpp"
#include "sim/core/text.hpp"

namespace berth::records {
namespace {

namespace fs = std::filesystem;

// "a/b/" and "a/b" are one folder; "." and ".." get their real names, so that a name can be put beside them.
std::string normal(const std::string& path) {
  if (path.empty()) return path;
  fs::path out = fs::absolute(path).lexically_normal();
  if (out.filename().empty()) out = out.parent_path();
  return out.string();
}

}  // namespace

const std::vector<std::string>& run_files() {
  static const std::vector<std::string> names{"fragmentation.csv", "journal.berth",  "metrics.json",
                                              "report.html",       "scenario.yaml",  "study.csv",
                                              "summary.json",      "telemetry.json", "workload-details.jsonl",
                                              "workloads.json"};
  return names;
}

OutputFolder::OutputFolder(FileStore& store, const std::string& path, const std::vector<std::string>& known)
    : store_(store), path_(normal(path)), parent_(fs::path(path_).parent_path().string()) {
  if (path.empty() || path_ == parent_)
    throw OutputRefused("--out " + berth::quoted(path) + " is not the name of a folder");
  try {
    open(path, known);
  } catch (const fs::filesystem_error& error) {
    throw OutputRefused(file_fault("write", path, error.code()));
  }
}

void OutputFolder::open(const std::string& path, const std::vector<std::string>& known) {
  if (store_.exists(path_)) {
    if (!fs::is_directory(path_)) throw OutputRefused(berth::quoted(path) + " exists and is not a folder");
    const auto present = store_.entries(path_);
    for (const auto& name : present)
      if (std::find(known.begin(), known.end(), name) == known.end())
        throw OutputRefused(berth::quoted(path) + " is not a folder that berth wrote: it holds " +
                            berth::quoted(name) + "; name another folder, or remove it first");
    if (!present.empty() && std::find(present.begin(), present.end(), "scenario.yaml") == present.end())
      throw OutputRefused(berth::quoted(path) +
                          " is not a folder that berth wrote: it holds no scenario.yaml; name another "
                          "folder, or remove it first");
  }
  if (!store_.exists(parent_))
    throw OutputRefused("the folder " + berth::quoted(parent_) + ", in which " + berth::quoted(path) +
                        " would stand, does not exist");
  if (!fs::is_directory(parent_))
    throw OutputRefused(berth::quoted(parent_) + ", in which " + berth::quoted(path) +
                        " would stand, is not a folder");
  const std::string name = fs::path(path_).filename().string();
  temporary_ = parent_ + "/." + name + ".berth-" + std::to_string(::getpid());
  if (store_.exists(temporary_))
    store_.remove_all(temporary_);  // of a killed run that had our process number
  store_.make_folder(temporary_);
}

OutputFolder::~OutputFolder() {
  if (committed_) return;
  try {
    store_.remove_all(temporary_);
  } catch (const std::exception&) {
    // Nothing more can be done; the name shows what it is.
  }
}

std::unique_ptr<simulation::ByteSink> OutputFolder::create(const std::string& name) {
  return store_.create(path_of(name));
}

void OutputFolder::commit() {
  store_.sync_folder(temporary_);
  if (store_.exists(path_)) {
    store_.exchange(temporary_, path_);
    store_.sync_folder(parent_);
    store_.remove_all(temporary_);
  } else {
    store_.rename(temporary_, path_);
    store_.sync_folder(parent_);
  }
  committed_ = true;
}

void append_text(simulation::ByteSink& sink, std::string_view text) {
  sink.append(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace berth::records
