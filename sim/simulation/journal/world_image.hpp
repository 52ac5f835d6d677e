// A World as bytes and back: journal_format.md, "Images".
#pragma once

#include "berth/simulation/world.hpp"
#include "sim/simulation/journal/codec.hpp"

namespace berth::simulation {

void write_image(Encoder& out, const World& world);
// Throws DecodeError: every index in it leads somewhere, and all tables agree in length.
World read_image(Decoder& in);

}  // namespace berth::simulation
