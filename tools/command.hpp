// A subcommand of the program: its words for `berth help` and what it does. Each has a file of its own and a row in
// commands.cpp.
#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/runs/input_error.hpp"

namespace berth::tools {

namespace po = boost::program_options;

// Exit codes. A command that has nothing to do, because what it was asked for does not exist, says so and exits with
// `bad_input`, never in silence with `done`.
inline constexpr int done = 0;
inline constexpr int check_failed = 1;
inline constexpr int bad_input = 2;
inline constexpr int internal_error = 3;
inline constexpr int interrupted = 130;

// The command line is wrong: printed with a pointer to the command's help, exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
// What a user named cannot be used: printed as it is, exit code 2.
using runs::InputError;

// What the command line said. Every command has these; the rest stands in `values`.
struct Arguments {
  po::variables_map values;
  std::vector<std::string> positional;
  bool quiet = false;  // no progress, no summary
  bool json = false;   // results for machines on standard output

  bool has(const char* name) const { return values.count(name) > 0; }
  std::string text(const char* name) const { return values[name].as<std::string>(); }
  std::vector<std::string> texts(const char* name) const;  // empty when not given
  // The option's whole number, of at least `least` and at most `most`; nothing when not given. Throws UsageError.
  std::optional<std::uint64_t> number(const char* name, std::uint64_t least,
                                      std::uint64_t most = std::numeric_limits<std::int64_t>::max()) const;
  // Throws UsageError when `name` is given and one of `others`, too.
  void exclude(const char* name, const std::vector<const char*>& others) const;
};

struct Command {
  std::string_view name;
  std::string_view arguments;  // "SCENARIO --out DIR"
  std::string_view summary;    // one line, for the list of commands
  std::string_view details;    // some lines, for its own help
  std::size_t least_positional = 0, most_positional = 0;
  void (*add_options)(po::options_description_easy_init& options);
  int (*run)(const Arguments& arguments);
};

const std::vector<Command>& commands();
// Throws UsageError when there is none: with the nearest name, or saying that this version lacks it.
const Command& find_command(const std::string& name);

std::string program_help();
std::string command_help(const Command& command);

// Throws UsageError. `help` is set when --help was among them; then nothing else was checked.
Arguments parse_arguments(const Command& command, const std::vector<std::string>& words, bool& help);

}  // namespace berth::tools
