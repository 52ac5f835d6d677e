// The berth program: finds the subcommand, runs it, and turns what went wrong into a message and an exit code.
#include <iostream>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "berth/core/invariant.hpp"
#include "berth/core/stop.hpp"
#include "sim/core/file_fault.hpp"
#include "sim/core/text.hpp"
#include "sim/simulation/run/commit.hpp"
#include "tools/command.hpp"
#include "tools/interrupt.hpp"

namespace berth::tools {
namespace {

int report_bug(const std::string& what) {
  std::cerr << "berth: internal error: " << what << "\n"
            << "This is a bug in berth " BERTH_VERSION
               ". Please report this message, with the command line and the scenario\n"
            << "that lead to it, to the project's issue tracker.\n";
  return internal_error;
}

int run(const std::vector<std::string>& words) {
  if (words.empty()) {
    std::cerr << program_help();
    return bad_input;
  }
  if (words[0] == "--version") {
    std::cout << "berth " BERTH_VERSION "\n";
    return done;
  }
  if (words[0] == "help" || words[0] == "--help") {
    if (words.size() > 2) throw UsageError("unexpected argument " + quoted(words[2]));
    std::cout << (words.size() > 1 && words[1] != "--help" ? command_help(find_command(words[1]))
                                                           : program_help());
    return done;
  }
  const Command& command = find_command(words[0]);
  try {
    bool help = false;
    const Arguments arguments = parse_arguments(command, {words.begin() + 1, words.end()}, help);
    if (help) {
      std::cout << command_help(command);
      return done;
    }
    catch_interrupts("berth " + std::string(command.name) + ": interrupted");
    const int code = command.run(arguments);
    std::cout.flush();
    if (!std::cout) throw InputError("standard output cannot be written");
    return code;
  } catch (const Interrupted&) {
    std::cerr << interrupt_sentence() << "\n";
    return interrupted;
  } catch (const UsageError& error) {
    std::cerr << "berth " << command.name << ": " << error.what() << "\nSee 'berth help " << command.name
              << "'.\n";
  } catch (const InputError& error) {
    std::cerr << "berth " << command.name << ": " << error.what() << "\n";
  } catch (const std::system_error& error) {
    std::cerr << "berth " << command.name << ": " << berth::file_fault(error) << "\n";
  }
  return bad_input;
}

}  // namespace
}  // namespace berth::tools

int main(int argc, char** argv) {
  namespace tools = berth::tools;
  try {
    return tools::run({argv + 1, argv + argc});
  } catch (const tools::UsageError& error) {
    std::cerr << "berth: " << error.what() << "\nSee 'berth help'.\n";
    return tools::bad_input;
  } catch (const std::bad_alloc&) {
    std::cerr << "berth: not enough memory\n";
    return tools::bad_input;
  } catch (const std::exception& error) {
    return tools::report_bug(error.what());
  }
}
