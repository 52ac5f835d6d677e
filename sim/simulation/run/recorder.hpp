// Record, then apply: the one way in which a run changes its World.
#pragma once

#include <functional>
#include <optional>

#include "berth/simulation/journal.hpp"
#include "berth/simulation/world.hpp"
#include "sim/simulation/run/timers.hpp"

namespace berth::simulation {

class Recorder {
 public:
  Recorder(World& world, JournalWriter& journal, Timers& timers)
      : world_(world), journal_(journal), timers_(timers) {}

  const World& world() const { return world_; }
  Instant now() const { return now_; }
  void advance_to(Instant at) { now_ = at; }

  void record(const Transition& transition) {
    if (pass_) {
      const CycleBegan marker{*pass_};
      pass_.reset();
      write(marker);
    }
    write(transition);
  }

  // Transitions until end_pass() belong to a pass over this pool; a marker stands before the first of them.
  void begin_pass(PoolId pool) { pass_ = pool; }
  void end_pass() { pass_.reset(); }

 private:
  void write(const Transition& transition) {
    journal_.append(transition, now_, world_);
    world_.apply(transition, now_);
    timers_.follow(transition, world_);
  }

  World& world_;
  JournalWriter& journal_;
  Timers& timers_;
  Instant now_;
  std::optional<PoolId> pass_;
};

}  // namespace berth::simulation
