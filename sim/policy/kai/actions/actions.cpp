#include "sim/policy/kai/session/cycle.hpp"

namespace berth::policy::kai {

void run_actions(Cycle& cycle) {
  for (const Action action : cycle.session.options.actions) {
    switch (action) {
      case Action::allocate:
        run_allocate(cycle);
        break;
      case Action::consolidation:
        run_consolidation(cycle);
        break;
      case Action::reclaim:
        run_reclaim(cycle);
        break;
      case Action::preempt:
        run_preempt(cycle);
        break;
      case Action::stale_gang_eviction:
        run_stale_gang_eviction(cycle);
        break;
    }
  }
}

}  // namespace berth::policy::kai
