// berth validate: everything that can be checked without running.
#include <iostream>

#include "sim/records/json_writer.hpp"
#include "tools/commands.hpp"
#include "tools/scenario_input.hpp"

namespace berth::tools {

void add_validate_options(po::options_description_easy_init& add) {
  add_scenario_options(add);
  add("print", "print the scenario with all defaults spelled out and includes merged");
}

int run_validate(const Arguments& arguments) {
  arguments.exclude("json", {"print"});
  const scenario::Scenario scenario = load_scenario(arguments.positional[0], arguments);
  if (arguments.has("print"))
    std::cout << scenario::print_scenario(scenario);
  else if (arguments.json)
    std::cout << records::JsonWriter()
                     .begin_object()
                     .key("scenario")
                     .string(scenario.name)
                     .key("valid")
                     .boolean(true)
                     .end_object()
                     .text()
              << "\n";
  else if (!arguments.quiet)
    std::cout << arguments.positional[0] << ": valid\n";
  return done;
}

}  // namespace berth::tools
