#include "berth/scenario/load.hpp"

#include <filesystem>
#include <utility>

#include "sim/scenario/checks/checker.hpp"
#include "sim/scenario/keys/sections.hpp"
#include "sim/scenario/text/sources.hpp"

namespace berth::scenario {

namespace {

// At most max_faults are shown; how many there were is said.
Diagnostics bounded(const Diagnostics& all) {
  if (all.all().size() <= max_faults) return all;
  Diagnostics shown;
  std::size_t left = 0;
  for (const Diagnostic& d : all.all()) {
    if (shown.all().size() == max_faults) {
      ++left;
    } else if (d.severity == Severity::error) {
      shown.error(d.code, d.place, d.message);
    } else {
      shown.warning(d.code, d.place, d.message);
    }
  }
  const std::string message = std::to_string(left) + " more faults are not shown";
  const Place place{all.all().back().place.file, 0, 0};
  // Warnings beyond the bound must not turn into an error, nor errors vanish.
  all.has_errors() ? shown.error("too-many-faults", place, message)
                   : shown.warning("too-many-faults", place, message);
  return shown;
}

Loaded finish(std::optional<Scenario> scenario, Diagnostics diagnostics) {
  diagnostics.sort_by_place();
  Loaded loaded;
  loaded.diagnostics = bounded(diagnostics);
  if (!diagnostics.has_errors()) loaded.scenario = std::move(scenario);
  return loaded;
}

}  // namespace

Loaded load_scenario_text(const std::string& text, const std::string& file, const LoadOptions& options) {
  Diagnostics diagnostics;
  Document document;
  std::optional<Value> root = load_sources(text, file, options, document, diagnostics);
  if (!root) return finish(std::nullopt, std::move(diagnostics));
  Reader reader(document, diagnostics);
  reader.now = options.now;
  Scenario scenario;
  scenario.name = std::filesystem::path(file).stem().string();
  keys<Scenario>().read(reader, *root, scenario);
  *root = Value();  // the tree of a long scenario is larger than what it says
  Checker checker(reader, scenario, options);
  checker.cluster();
  checker.trace();
  checker.organization();
  checker.policy();
  checker.workloads();
  checker.generators();
  checker.events();
  checker.expectations();
  if (!diagnostics.has_errors()) {
    checker.warn_of_disappointments();
    checker.warn_of_unheeded();
  }
  return finish(std::move(scenario), std::move(diagnostics));
}

Loaded load_scenario(const std::string& path, const LoadOptions& options) {
  Diagnostics diagnostics;
  const std::optional<std::string> text = read_text_file(path, Place{path, 0, 0}, diagnostics);
  if (!text) return finish(std::nullopt, std::move(diagnostics));
  return load_scenario_text(*text, path, options);
}

}  // namespace berth::scenario
