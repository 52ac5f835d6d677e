// A tree of values as YAML text: short maps and lists in one line, longer ones a line an entry. Reading the text gives the
// same tree.
#pragma once

#include <string>

#include "sim/scenario/text/document.hpp"

namespace berth::scenario {

std::string emit_yaml(const Value& root);
// The whole tree in one line, without the line's end.
std::string emit_yaml_line(const Value& root);

}  // namespace berth::scenario
