#include "tools/scenario_input.hpp"

#include <chrono>
#include <iostream>

namespace berth::tools {

void add_scenario_options(po::options_description_easy_init& add) {
  add("set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
      "set a value of the scenario, such as policy.placement=first-fit (repeatable)");
  add("allow-outside", "let `include` leave the scenario's folder");
}

scenario::Scenario load_scenario(const std::string& path, const Arguments& arguments) {
  scenario::LoadOptions options;
  options.sets = arguments.texts("set");
  options.allow_outside = arguments.has("allow-outside");
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  options.now = Instant{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  auto loaded = scenario::load_scenario(path, options);
  std::cerr << loaded.diagnostics.to_text();
  if (!loaded.scenario) {
    const auto errors = loaded.diagnostics.error_count();
    throw InputError(path + ": " + std::to_string(errors) + (errors == 1 ? " error" : " errors"));
  }
  return std::move(*loaded.scenario);
}

}  // namespace berth::tools
