// The file operations that an output folder needs, behind one interface, so that a test can fail each of them.
//
// Every operation throws std::system_error (or its child filesystem_error) that names the path.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "berth/simulation/byte_store.hpp"

namespace berth::records {

class FileStore {
 public:
  virtual ~FileStore() = default;
  virtual bool exists(const std::string& path) = 0;
  // Names of a folder's entries, ascending.
  virtual std::vector<std::string> entries(const std::string& folder) = 0;
  virtual void make_folder(const std::string& path) = 0;  // must not exist; its parent must
  virtual std::unique_ptr<simulation::ByteSink> create(const std::string& path) = 0;
  // The folder's entries are on the medium when this returns.
  virtual void sync_folder(const std::string& path) = 0;
  // `to` must not exist.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  // Two folders change names in one step.
  virtual void exchange(const std::string& a, const std::string& b) = 0;
  virtual void remove_all(const std::string& path) = 0;
};

// The real one.
FileStore& disk();

}  // namespace berth::records
