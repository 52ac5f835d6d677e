// A folder of results that is there whole or not at all: it is filled under a temporary name beside its own and renamed
// at the end. Whatever ends the program before that leaves nothing under the final name that was not there before.
//
//   OutputFolder folder(disk(), "runs/a", run_files());   // refuses what must not be overwritten
//   auto sink = folder.create("summary.json");
//   ...
//   folder.commit();                                      // without it, the destructor throws the temporary away
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/records/folder/file_store.hpp"

namespace berth::records {

// The folder cannot be used; what() is a sentence for the user.
class OutputRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Every file that a run may leave (interface.md, "What run --out DIR leaves").
const std::vector<std::string>& run_files();

class OutputFolder {
 public:
  // An existing folder is replaced when it is empty or holds nothing but files named in `known`, one of them at least
  // being scenario.yaml; else OutputRefused, as when the file system does not let it be made.
  OutputFolder(FileStore& store, const std::string& path, const std::vector<std::string>& known);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  // A new file in it. The sink must be synced and gone before commit.
  std::unique_ptr<simulation::ByteSink> create(const std::string& name);
  // Where the file stands until commit.
  std::string path_of(const std::string& name) const { return temporary_ + "/" + name; }
  // Makes it the folder of that name.
  void commit();

 private:
  void open(const std::string& path, const std::vector<std::string>& known);

  FileStore& store_;
  std::string path_, parent_, temporary_;
  bool committed_ = false;
};

// Appends text to a sink in the form that JsonWriter wants.
void append_text(simulation::ByteSink& sink, std::string_view text);

}  // namespace berth::records
