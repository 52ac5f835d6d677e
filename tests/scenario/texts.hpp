// Small scenarios as texts, and what loading says of them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "berth/scenario/load.hpp"

namespace berth::test {

inline scenario::Loaded load(const std::string& text, scenario::LoadOptions options = {}) {
  return scenario::load_scenario_text(text, "s.yaml", options);
}

inline std::string faults_of(const std::string& text, const scenario::LoadOptions& options = {}) {
  return load(text, options).diagnostics.to_text();
}

// One pool of two nodes, one project; `more` comes after it.
inline std::string small(const std::string& more = "") {
  return "version: 1\n"
         "cluster:\n"
         "  node_pools:\n"
         "    - name: h100\n"
         "      nodes: [{name: \"h-{index}\", count: 2, gpus: {model: NVIDIA-H100-80GB-HBM3, count: 8}}]\n"
         "organization:\n"
         "  departments: [{name: research, quota: {gpu: 16}, projects: [{name: vision, quota: {gpu: "
         "16}}]}]\n" +
         more;
}
inline constexpr int small_lines = 7;

// A folder of its own, gone at the end.
class TestFolder {
 public:
  explicit TestFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("berth-test-" + name)) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// `text` without every occurrence of `what`: machine paths in messages.
inline std::string without(std::string text, const std::string& what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what))
    text.erase(at, what.size());
  return text;
}

}  // namespace berth::test
