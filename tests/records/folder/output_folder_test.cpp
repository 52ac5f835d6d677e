#include "sim/records/folder/output_folder.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "sim/records/folder/file_store.hpp"
#include "sim/records/folder/run_documents.hpp"
#include "sim/records/folder/run_folder.hpp"
#include "tests/support/finished_run.hpp"

using namespace berth;
using namespace berth::records;
namespace fs = std::filesystem;

namespace {

// A folder of its own for a test, gone afterwards.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "berth-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Scratch() { fs::remove_all(path_); }
  std::string path(const std::string& name = "") const { return (path_ / name).string(); }
  std::vector<std::string> names() const { return disk().entries(path_.string()); }

 private:
  fs::path path_;
};

// Stops working after so many operations, as when the program is killed or the disk is full: nothing that comes later has
// any effect, cleaning up included.
class FailingStore final : public FileStore {
 public:
  explicit FailingStore(int operations) : left_(operations) {}
  bool failed() const { return left_ <= 0; }

  bool exists(const std::string& path) override { return disk().exists(path); }
  std::vector<std::string> entries(const std::string& folder) override { return disk().entries(folder); }
  void make_folder(const std::string& path) override { spend(), disk().make_folder(path); }
  std::unique_ptr<simulation::ByteSink> create(const std::string& path) override {
    spend();
    return std::make_unique<Sink>(*this, disk().create(path));
  }
  void sync_folder(const std::string& path) override { spend(), disk().sync_folder(path); }
  void rename(const std::string& from, const std::string& to) override { spend(), disk().rename(from, to); }
  void exchange(const std::string& a, const std::string& b) override { spend(), disk().exchange(a, b); }
  void remove_all(const std::string& path) override { spend(), disk().remove_all(path); }

 private:
  void spend() {
    if (left_ <= 0) throw std::system_error(ENOSPC, std::generic_category(), "killed");
    --left_;
    if (left_ == 0) throw std::system_error(ENOSPC, std::generic_category(), "killed");
  }

  class Sink final : public simulation::ByteSink {
   public:
    Sink(FailingStore& store, std::unique_ptr<simulation::ByteSink> to) : store_(store), to_(std::move(to)) {}
    void append(const std::uint8_t* data, std::size_t size) override {
      store_.spend(), to_->append(data, size);
    }
    void overwrite(std::uint64_t offset, const std::uint8_t* data, std::size_t size) override {
      store_.spend(), to_->overwrite(offset, data, size);
    }
    void sync() override { store_.spend(), to_->sync(); }

   private:
    FailingStore& store_;
    std::unique_ptr<simulation::ByteSink> to_;
  };

  int left_;
};

const char* const tiny = R"(
version: 1
clock: {duration: 1h}
cluster: {name: lab, node_pools: [{name: p, nodes: [{name: n-0, gpus: {model: Tesla-T4, count: 2}}]}]}
organization: {departments: [{name: d, projects: [{name: a, quota: {p: {gpu: 2}}}]}]}
policy: {name: fifo-skip}
workloads: [{name: w, kind: training, project: a, submit: 0s, gpu: 1, duration: 10m}]
)";

void write_whole_run(FileStore& store, const std::string& path, const tests::FinishedRun& run,
                     StopToken stop = {}) {
  OutputFolder folder(store, path, run_files());
  {
    const auto journal = folder.create("journal.berth");
    journal->append(run.sink.bytes().data(), run.sink.bytes().size());
    journal->sync();
  }
  View view = run.end();
  view.stop = stop;
  write_run_files(folder, RunFiles{}, run.scenario, run.summary(), view, &*run.journal);
  folder.commit();
}

const std::vector<std::string> all_files{"journal.berth", "metrics.json",   "scenario.yaml",
                                         "summary.json",  "telemetry.json", "workload-details.jsonl",
                                         "workloads.json"};

void put(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string refusal_of(const std::string& path) {
  try {
    OutputFolder folder(disk(), path, run_files());
  } catch (const OutputRefused& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("documents that are asked to stop leave nothing") {
  const tests::FinishedRun run(tiny);
  const Scratch scratch;
  const std::atomic<bool> flag{true};
  CHECK_THROWS_AS(write_whole_run(disk(), scratch.path("out"), run, StopToken(flag)), Interrupted);
  CHECK(disk().entries(scratch.path("")).empty());
  for (const auto write : {write_workloads_file, write_details_file}) {
    simulation::NullSink sink;
    View view = run.end();
    view.stop = StopToken(flag);
    CHECK_THROWS_AS(write(sink, view), Interrupted);
  }
}

TEST_CASE("a run that is killed at any write leaves nothing or everything") {
  const tests::FinishedRun run(tiny);
  for (int operations = 1;; ++operations) {
    const Scratch scratch;
    FailingStore store(operations);
    bool killed = false;
    try {
      write_whole_run(store, scratch.path("out"), run);
    } catch (const std::system_error&) {
      killed = true;
    }
    INFO("killed after " << operations << " operations");
    if (fs::exists(scratch.path("out"))) {
      CHECK(disk().entries(scratch.path("out")) == all_files);
      CHECK(nlohmann::json::parse(std::ifstream(scratch.path("out/summary.json")))["workloads"]["total"] ==
            1);
    } else {
      CHECK(killed);
    }
    if (!killed) {
      CHECK(scratch.names() == std::vector<std::string>{"out"});
      CHECK(operations > 20);  // every file was created, written and synced under the store's eyes
      break;
    }
  }
}

TEST_CASE("a run that is killed while it replaces another leaves the one or the other") {
  const tests::FinishedRun run(tiny);
  for (int operations = 1;; ++operations) {
    const Scratch scratch;
    fs::create_directory(scratch.path("out"));
    put(scratch.path("out/scenario.yaml"), "old");
    FailingStore store(operations);
    bool killed = false;
    try {
      write_whole_run(store, scratch.path("out"), run);
    } catch (const std::system_error&) {
      killed = true;
    }
    INFO("killed after " << operations << " operations");
    const auto present = disk().entries(scratch.path("out"));
    const bool old_one = present == std::vector<std::string>{"scenario.yaml"};
    CHECK((old_one || present == all_files));
    if (!killed) {
      CHECK_FALSE(old_one);
      CHECK(scratch.names() == std::vector<std::string>{"out"});
      break;
    }
  }
}

TEST_CASE("a failure that is not a kill cleans up after itself") {
  const Scratch scratch;
  {
    OutputFolder folder(disk(), scratch.path("out"), run_files());
    append_text(*folder.create("summary.json"), "{}");
  }
  CHECK(scratch.names().empty());
}

TEST_CASE("what berth did not write is not replaced") {
  const Scratch scratch;
  fs::create_directory(scratch.path("mine"));
  put(scratch.path("mine/thesis.txt"), "years of work");
  CHECK(refusal_of(scratch.path("mine")) ==
        "'" + scratch.path("mine") +
            "' is not a folder that berth wrote: it holds 'thesis.txt'; name "
            "another folder, or remove it first");
  fs::create_directory(scratch.path("half"));
  put(scratch.path("half/summary.json"), "{}");
  CHECK(refusal_of(scratch.path("half")) ==
        "'" + scratch.path("half") +
            "' is not a folder that berth wrote: it holds no scenario.yaml; name "
            "another folder, or remove it first");
  put(scratch.path("file"), "");
  CHECK(refusal_of(scratch.path("file")) == "'" + scratch.path("file") + "' exists and is not a folder");
  CHECK(refusal_of(scratch.path("none/out")) == "the folder '" + scratch.path("none") + "', in which '" +
                                                    scratch.path("none/out") +
                                                    "' would stand, does not exist");
  CHECK(refusal_of("") == "--out '' is not the name of a folder");
  CHECK(refusal_of("/") == "--out '/' is not the name of a folder");
  fs::create_directory(scratch.path("empty"));
  CHECK(refusal_of(scratch.path("empty")).empty());
  CHECK(fs::exists(scratch.path("mine/thesis.txt")));
}
