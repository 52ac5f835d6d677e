#include "tools/command.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "berth/core/diagnostic.hpp"
#include "sim/core/text.hpp"

namespace berth::tools {
namespace {

po::options_description visible_options(const Command& command) {
  po::options_description out("Options", 100, 60);
  auto add = out.add_options();
  command.add_options(add);
  add("quiet", "print no progress and no summary");
  add("json", "print results for machines on standard output");
  add("help", "print this help");
  return out;
}

std::string with_nearest(const std::string& name, const std::vector<std::string>& candidates,
                         const std::string& before = "") {
  const auto nearest = nearest_name(name, candidates);
  return nearest ? "; did you mean " + berth::quoted(before + *nearest) + "?" : "";
}

std::vector<std::string> option_names(const po::options_description& options) {
  std::vector<std::string> out;
  for (const auto& option : options.options()) out.push_back(option->long_name());
  return out;
}

// The library's message without its name for the option style.
std::string option_of(const po::error_with_option_name& error) {
  std::string name = error.get_option_name();
  name.erase(0, name.find_first_not_of('-'));
  const auto value = name.find('=');
  return value == std::string::npos ? name : name.substr(0, value);
}

// Commands and options of the published interface that this version lacks: told apart from what is misspelt.
bool is_missing_command(std::string_view name) {
  static constexpr std::array<std::string_view, 10> missing{
      "serve", "sweep", "compare", "plan", "predict", "import", "generate", "export", "mcp", "upgrade"};
  return std::find(missing.begin(), missing.end(), name) != missing.end();
}
bool is_missing_option(std::string_view command, std::string_view option) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> missing{
      {{"run", "keep-partial"},
       {"run", "resume"},
       {"run", "dialect"},
       {"get", "dialect"},
       {"timeline", "trace"}}};
  return std::find(missing.begin(), missing.end(), std::pair(command, option)) != missing.end();
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i)
    out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return out;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.resize(std::max(width, out.size() + 1), ' ');
  return out;
}

}  // namespace

std::vector<std::string> Arguments::texts(const char* name) const {
  return has(name) ? values[name].as<std::vector<std::string>>() : std::vector<std::string>();
}

std::optional<std::uint64_t> Arguments::number(const char* name, std::uint64_t least,
                                               std::uint64_t most) const {
  if (!has(name)) return std::nullopt;
  const auto value =
      parse_integer(text(name), static_cast<std::int64_t>(least), static_cast<std::int64_t>(most));
  if (value) return static_cast<std::uint64_t>(*value);
  const bool bounded = most < static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  throw UsageError("--" + std::string(name) + ": " + berth::quoted(text(name)) + " is not a whole number " +
                   (bounded ? "from " + std::to_string(least) + " to " + std::to_string(most)
                            : "of at least " + std::to_string(least)));
}

void Arguments::exclude(const char* name, const std::vector<const char*>& others) const {
  for (const char* other : others)
    if (has(name) && has(other))
      throw UsageError("'--" + std::string(name) + "' and '--" + other + "' exclude one another");
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& command : commands()) {
    if (command.name == name) return command;
    names.emplace_back(command.name);
  }
  if (is_missing_command(name))
    throw UsageError("the command " + berth::quoted(name) + " is not in this version; it has " +
                     joined(names));
  throw UsageError("unknown command " + berth::quoted(name) + with_nearest(name, names));
}

std::string program_help() {
  std::string out =
      "berth simulates how a GPU cluster schedules work, and answers as the cluster's API would.\n\n"
      "Usage: berth COMMAND [options] ARGUMENTS\n\n";
  for (const auto& command : commands())
    out += "  " + padded(command.name, 10) + std::string(command.summary) + "\n";
  out += "\n  " + padded("help", 10) +
         "prints this, or `berth help COMMAND` the options of a command\n\n"
         "Exit codes: 0 done, 1 a check did not hold, 2 bad input or usage, 3 internal error, 130 "
         "interrupted.\n";
  return out;
}

std::string command_help(const Command& command) {
  std::ostringstream out;
  out << "Usage: berth " << command.name << " " << command.arguments << "\n\n"
      << command.details << "\n\n"
      << visible_options(command);
  return out.str();
}

Arguments parse_arguments(const Command& command, const std::vector<std::string>& words, bool& help) {
  Arguments out;
  const po::options_description visible = visible_options(command);
  po::options_description all;
  all.add(visible).add_options()("argument", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("argument", -1);
  namespace style = po::command_line_style;
  try {
    const auto parsed = po::command_line_parser(words)
                            .options(all)
                            .positional(positional)
                            .style(style::unix_style & ~style::allow_guessing & ~style::allow_short)
                            .run();
    po::store(parsed, out.values);
  } catch (const po::unknown_option& error) {
    const std::string name = option_of(error);
    if (is_missing_option(command.name, name))
      throw UsageError("the option '--" + name + "' is not in this version");
    throw UsageError("unknown option " + berth::quoted("--" + name) +
                     with_nearest(name, option_names(visible), "--"));
  } catch (const po::multiple_occurrences& error) {
    throw UsageError("option '--" + option_of(error) + "' is given more than once");
  } catch (const po::invalid_command_line_syntax& error) {
    const bool extra = error.kind() == po::invalid_syntax::extra_parameter;
    throw UsageError("option '--" + option_of(error) + (extra ? "' takes no value" : "' needs a value"));
  } catch (const po::validation_error& error) {
    throw UsageError("option '--" + option_of(error) + "': the value is not of the right kind");
  }
  help = out.has("help");
  if (help) return out;
  out.quiet = out.has("quiet");
  out.json = out.has("json");
  out.positional = out.texts("argument");
  if (out.positional.size() < command.least_positional)
    throw UsageError("missing argument; usage: berth " + std::string(command.name) + " " +
                     std::string(command.arguments));
  if (out.positional.size() > command.most_positional)
    throw UsageError("unexpected argument " + berth::quoted(out.positional[command.most_positional]));
  return out;
}

}  // namespace berth::tools
