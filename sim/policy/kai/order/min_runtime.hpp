// Minimum run time: a victim is protected while now < last start + d (kai-semantics.md section 4, MINRUNTIME).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sim/policy/kai/order/capacity.hpp"
#include "sim/policy/kai/session/session.hpp"

namespace berth::policy::kai {

// From the top queue down to `queue`; empty for none. `out` is overwritten.
void queue_path(const Queues& queues, QueueIx queue, std::vector<QueueIx>& out);

// The first setting from the victim's leaf upward, else the default.
Duration preempt_min_runtime(const Queues& queues, QueueIx victim, Duration fallback);
// `lca`: from the victim-side child of the lowest common ancestor upward; `queue`: from the victim's leaf upward. With
// either queue missing: the default.
Duration reclaim_min_runtime(const Queues& queues, ReclaimResolve method, QueueIx reclaimer, QueueIx victim,
                             Duration fallback);

enum class VictimAction : std::uint8_t { preempt, reclaim };

// Until when the victim is protected from `pending`; nothing: it is not (it never started, or its time is over).
std::optional<Instant> protected_until(const Session& session, VictimAction action, QueueIx pending_queue,
                                       JobIx victim);

// The victim filter: not protected, or elastic (the rule of victim sets below then guards its minimum).
bool may_be_victim(const Session& session, VictimAction action, QueueIx pending_queue, JobIx victim);

// The rule of victim sets: no pod set of a protected victim falls below its minimum. `victims`: all tasks of the set.
bool min_runtime_allows(const Session& session, VictimAction action, QueueIx pending_queue,
                        const std::vector<TaskIx>& victims);

// The default's argument as written: h, m, s and smaller units, also d and w; 0 when it is no duration, or negative.
Duration parse_min_runtime(std::string_view text);

}  // namespace berth::policy::kai
