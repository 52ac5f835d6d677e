// What a journal says first about the run that it is of.
#pragma once

#include "berth/simulation/input.hpp"
#include "berth/simulation/journal.hpp"

namespace berth::simulation {

// By this version of the program.
RunHeader header_of(const Input& input);

}  // namespace berth::simulation
