// The files of a scenario as one tree: includes merged, `--set` applied.
//
// Merging: what the including file says stands above what it includes, and a later include above an earlier one. Maps merge key
// by key. Of lists of named entries, an entry merges into the one of its name, and others are appended; any other list replaces.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "berth/core/diagnostic.hpp"
#include "berth/scenario/load.hpp"
#include "sim/scenario/text/document.hpp"

namespace berth::scenario {

// The whole text of a file, or nothing (reported at `asked`, or at the file itself).
std::optional<std::string> read_text_file(const std::filesystem::path& path, const Place& asked,
                                          Diagnostics& diagnostics);

// Parses `text` (the content of `file`), merges what it includes and applies `options.sets`.
std::optional<Value> load_sources(const std::string& text, const std::string& file,
                                  const LoadOptions& options, Document& document, Diagnostics& diagnostics);

// `over` stands above `base`.
Value merge(Value base, Value over);

// Sets what `path` names (keys joined by dots, list entries by name or [index]). Reports at `place` and returns false when
// there is no such place in the tree.
bool set_path(Value& root, std::string_view path, Value value, const Place& place, Diagnostics& diagnostics);

}  // namespace berth::scenario
