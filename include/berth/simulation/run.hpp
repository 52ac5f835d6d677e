// A run: one Input and one policy to a journal. An object like any other; several may live at once.
//
// A run goes forward in events (engine/event_key.hpp says in which order) and scheduling passes. Between two
// events nothing happens, so it jumps. What is pending is a function of the Input, the World and the instant:
// `rebuild_events` makes the event set anew from them (tests compare the two).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "berth/core/ids.hpp"
#include "berth/core/stop.hpp"
#include "berth/core/time.hpp"
#include "berth/policy/policy.hpp"
#include "berth/simulation/byte_store.hpp"
#include "berth/simulation/input.hpp"
#include "berth/simulation/journal.hpp"
#include "berth/simulation/world.hpp"

namespace berth::simulation {

struct RunProgress {
  Instant now;
  std::uint64_t events = 0, cycles = 0, decisions = 0;
  std::optional<std::uint64_t> arrivals_left;
};

struct RunHooks {
  std::function<void(const RunProgress&)> progress;  // every `progress_every` events
  std::uint32_t progress_every = 4096;
  std::function<void(const World&)> after_event;  // after each event and each cycle; for tests
  StopToken stop;  // polled between events and handed to the policy: ends the run as `stopped`
};

struct RunResult {
  RunEnd ended = RunEnd::drained;
  std::uint64_t events = 0;     // taken from the event set, arrivals included, cycles not
  std::uint64_t cycles = 0;     // passes over one pool
  std::uint64_t decisions = 0;  // of the policy that said something new
  std::uint64_t transitions = 0;
  Instant end;
  std::vector<WorkloadId> waiting_for_ever;  // drained: what is still pending then, in queue order
};

class Run {
 public:
  // The sink must outlive the run. Throws std::invalid_argument when the input contradicts itself (an arrival
  // before the one ahead of it, a pool that does not exist: the scenario floor has checked), Interrupted when asked to stop.
  Run(Input input, std::unique_ptr<policy::Policy> policy, ByteSink& sink, RunHooks hooks = {},
      JournalOptions journal = {});
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // To the end; seals the journal. When it is asked to stop in the midst of a cycle, that cycle's decisions are dropped. Throws PolicyError (commit.hpp) when the policy decides what it may not.
  RunResult execute();

  // Step by step (the live server): everything up to and including `until`, or to the end if that comes
  // first. Returns false once the run is over. Throws Interrupted when it is asked to stop; then only finish()
  // is left.
  bool advance(Instant until);
  // What a person asks for now, as an event at `at` (>= now).
  void act(Instant at, Action action);
  void submit(Instant at, Submission submission);
  // What was recorded is on the medium.
  void sync();
  // Ends a run that was advanced: records RunEnded and seals.
  RunResult finish(RunEnd why);

  const World& world() const;
  RunProgress progress() const;
  // Pending events as text, a line each in order: as they are, and as rebuilt from Input, World and instant.
  std::vector<std::string> pending_events() const;
  std::vector<std::string> rebuilt_events() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace berth::simulation
