#pragma once

#include "berth/simulation/journal.hpp"

namespace berth::simulation {

// Applies a record that was read; one that cannot be applied is damage at `offset` (JournalError).
void replay_step(World& world, const Record& record, std::uint64_t offset);

}  // namespace berth::simulation
