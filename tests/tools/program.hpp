// Runs the berth program and keeps what it said.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/folder.hpp"

namespace berth::tests {

struct Said {
  int code = -1;
  std::string out, err;
};

// Starts the program in `folder`; its output goes to files there, or standard output to `out`. The caller waits for it.
inline pid_t start_berth(const Folder& folder, const std::vector<std::string>& words, int out = -1) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (out < 0) out = ::open(folder.path(".out").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  const int err = ::open(folder.path(".err").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  if (::chdir(folder.path().c_str()) != 0) ::_exit(126);
  std::vector<std::string> all{BERTH_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (auto& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(BERTH_PROGRAM, arguments.data());
  ::_exit(127);
}

inline Said finish_berth(const Folder& folder, pid_t child) {
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) throw std::runtime_error("the program did not run");
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_of_file(folder.path(".out")),
          text_of_file(folder.path(".err"))};
}

inline Said berth_in(const Folder& folder, const std::vector<std::string>& words) {
  return finish_berth(folder, start_berth(folder, words));
}

}  // namespace berth::tests
