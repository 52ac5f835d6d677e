#include "berth/simulation/run.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "berth/core/invariant.hpp"
#include "berth/organization/usage_window.hpp"
#include "sim/engine/clock.hpp"
#include "sim/simulation/journal/codec_fields.hpp"
#include "sim/simulation/run/committer.hpp"
#include "sim/simulation/run/life_cycle.hpp"
#include "sim/simulation/run/recorder.hpp"
#include "sim/simulation/run/run_header.hpp"
#include "sim/simulation/run/snapshot.hpp"
#include "sim/simulation/run/timers.hpp"

namespace berth::simulation {

namespace {

// Under `until drained` a run that has nothing left but looks of its policy ends after this many that decided nothing.
constexpr std::uint64_t fruitless_looks = 10'000;

World world_of(const Input& input) {
  World world(input.cluster, input.organization, input.start);
  if (const auto usage = organization::read_usage_options(input.policy.options)) world.meter_usage(*usage);
  return world;
}

void check_submission(const Submission& submission, const World& world, Instant after) {
  const workload::WorkloadSpec& spec = submission.spec;
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument("workload " + spec.name + " " + why);
  };
  if (spec.submit < after) refuse("arrives before the one ahead of it");
  if (spec.node_pools.empty() || spec.sub_groups.empty() || spec.pod_count() <= 0) {
    refuse("has no pools, no sub-groups or no pods");
  }
  for (const PoolId pool : spec.node_pools) {
    if (!world.pools.contains(pool)) refuse("names a pool that does not exist");
  }
  if (!world.organization.queues.contains(spec.project)) refuse("names a project that does not exist");
  // A transition must fit a block of the journal.
  constexpr std::size_t most = 60'000;
  Encoder encoder;
  encoder(spec);
  for (const workload::PodShape& shape : submission.shapes) encoder(shape);
  if (encoder.size() > most) {
    refuse("takes " + std::to_string(encoder.size()) + " bytes to record; at most " + std::to_string(most) +
           " are allowed");
  }
  for (const workload::PodTemplate& part : spec.templates) {
    if (index_of(part.shape) >= submission.shapes.size() || part.sub_group < 0 ||
        static_cast<std::size_t>(part.sub_group) >= spec.sub_groups.size()) {
      refuse("has a pod template without a shape or sub-group");
    }
  }
}

}  // namespace

struct Run::Impl {
  // For the arrivals that are known to come, so that the tables do not move as they grow: a quarter of the time of a
  // run whose policy is quick (the placement study).
  void make_room(std::uint64_t arrivals) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(arrivals, 1U << 20U));
    world.workloads.all.reserve(n);
    world.workloads.pods.reserve(n);
    world.courses.reserve(n);
    world.pod_courses.reserve(n);
    world.works.reserve(n);
  }

  Impl(Input its_input, std::unique_ptr<policy::Policy> its_policy, ByteSink& its_sink, RunHooks its_hooks,
       const JournalOptions& options)
      : input(std::move(its_input)),
        policy(std::move(its_policy)),
        hooks(std::move(its_hooks)),
        world(world_of(input)),
        journal(its_sink, header_of(input), world, options),
        timers(input.order, input.repartition_time),
        recorder(world, journal, timers),
        life_cycle(recorder),
        committer(recorder, life_cycle),
        clock(input.start),
        seen(world.pools.size(), 0),
        looks(world.pools.size(), Instant::never()),
        readings(world.pools.size()) {
    hooks.stop.poll();
    recorder.advance_to(input.start);
    // The World has its own copies now.
    input.cluster = {};
    input.organization = {};
    if (!input.submissions) input.submissions = submissions_of({});
    make_room(input.submissions->remaining().value_or(0));
    std::stable_sort(input.actions.begin(), input.actions.end(),
                     [](const TimedAction& a, const TimedAction& b) { return a.at < b.at; });
    for (std::size_t i = 0; i < input.actions.size(); ++i) {
      if (input.actions[i].at < input.start) throw std::invalid_argument("an action before the start");
      timers.schedule_action(input.actions[i].at, static_cast<std::uint32_t>(i));
    }
    last_submit = input.start;
    pull();
  }

  // --- events

  void pull() {
    ahead = input.submissions->next();
    if (!ahead) return;
    check_submission(*ahead, world, last_submit);
    last_submit = ahead->spec.submit;
    timers.schedule_arrival(last_submit, pulled++);
  }

  void take(const Event& event) {
    switch (event.type) {
      case EventType::work_end: {
        const WorkloadId owner = timers.owner_of_work(event.id);
        life_cycle.work_done(owner, event.id - world.courses[owner].first_work);
        break;
      }
      case EventType::pod_gone:
        life_cycle.gone(id_of<PodId>(event.id));
        break;
      case EventType::pod_start:
        life_cycle.start(id_of<PodId>(event.id));
        break;
      case EventType::cut_end:
        recorder.record(
            RepartitionEnded{id_of<NodeId>(event.id / cluster::max_devices_per_node),
                             static_cast<std::uint8_t>(event.id % cluster::max_devices_per_node)});
        break;
      case EventType::arrival:
        if (event.id >= live_arrivals) {
          life_cycle.submit(std::move(live[event.id - live_arrivals]));
        } else {
          life_cycle.submit(std::move(*ahead));
          pull();
        }
        break;
      case EventType::objects:
        life_cycle.create_objects(id_of<WorkloadId>(event.id));
        break;
      case EventType::auto_delete:
        life_cycle.remove(id_of<WorkloadId>(event.id));
        break;
      case EventType::action:
        std::visit([this](const auto& action) { act(action); }, input.actions[event.id].action);
        break;
    }
  }

  // Names that mean nothing (a workload not yet submitted, a node that is gone) have no effect.
  void act(const Suspend& a) {
    if (const auto id = world.find_workload(a.workload)) life_cycle.suspend(*id, SuspendCause::asked);
  }
  void act(const Resume& a) {
    if (const auto id = world.find_workload(a.workload)) life_cycle.resume(*id);
  }
  void act(const Delete& a) {
    if (const auto id = world.find_workload(a.workload)) life_cycle.remove(*id);
  }
  void act(const Cordon& a) {
    if (const auto id = find_node(a.node)) life_cycle.cordon(*id, a.on);
  }
  void act(const NodePower& a) {
    if (const auto id = find_node(a.node)) life_cycle.power(*id, a.up);
  }
  void act(const AddNodes& a) {
    for (const cluster::NodeSpec& spec : a.nodes) {
      recorder.record(NodeAdded{std::make_shared<const cluster::NodeSpec>(spec)});
    }
  }
  void act(const RemoveNodes& a) {
    for (const std::string& name : a.nodes) {
      if (const auto id = find_node(name)) life_cycle.remove_node(*id);
    }
  }
  void act(const SetQuota& a) { recorder.record(QuotaChanged{a.queue, a.pool, a.quota}); }

  // Of nodes that had the name one after the other, the one that is there.
  std::optional<NodeId> find_node(const std::string& name) const {
    for (std::size_t i = world.cluster.nodes.size(); i-- > 0;) {
      const auto id = id_of<NodeId>(i);
      if (world.cluster.occupancy[id].present && world.cluster.nodes[id].name == name) return id;
    }
    return std::nullopt;
  }

  // --- cycles

  bool dirty(PoolId pool) const { return world.pools[pool].changes != seen[pool]; }

  // When the next cycle is due; never() when nothing has changed and no policy wants to look again.
  Instant next_cycle() const {
    Instant at = Instant::never();
    for (std::size_t i = 0; i < world.pools.size(); ++i) {
      const auto pool = id_of<PoolId>(i);
      if (dirty(pool)) return beat(clock.now());
      at = std::min(at, looks[pool]);
    }
    return at == Instant::never() ? at : beat(at);
  }

  // The first instant from `at` on at which there may be a cycle: with a period, a beat after the last cycle.
  Instant beat(Instant at) const {
    at = std::max(at, clock.now());
    if (!input.cycle_period) return at;
    const Instant next = engine::beat_at_or_after(input.start, *input.cycle_period, at);
    return last_cycle && next <= *last_cycle
               ? engine::beat_after(input.start, *input.cycle_period, *last_cycle)
               : next;
  }

  // A further round for the workloads whose other pools have changed since their round was over.
  void begin_rounds() {
    for (std::size_t i = 0; i < world.pools.size(); ++i) {
      const auto pool = id_of<PoolId>(i);
      if (!world.pools[pool].opened) continue;
      const std::vector<WorkloadId> watchers = world.pools[pool].watchers;
      for (const WorkloadId id : watchers) recorder.record(RoundBegun{id});
    }
  }

  // Those that the pools just passed over refused go on to their next one; returns the pools that received one,
  // ascending. A refusal that stands counts like one made in this pass.
  std::vector<PoolId> hand_over(const std::vector<PoolId>& passed) {
    // All first: who arrives in a pool has not been looked at there yet.
    std::vector<WorkloadId> refused;
    for (const PoolId pool : passed) {
      for (const WorkloadId id : world.pools[pool].touring) {
        const auto& refusals = world.workloads.all[id].refusals;
        if (std::any_of(refusals.begin(), refusals.end(),
                        [&](const workload::Refusal& r) { return r.pool == pool; })) {
          refused.push_back(id);
        }
      }
    }
    std::vector<PoolId> receivers;
    for (const WorkloadId id : refused) {
      const workload::Workload& w = world.workloads.all[id];
      const Course& c = world.courses[id];
      const std::size_t pools = w.spec.node_pools.size();
      const bool over = c.tried_pools + std::size_t{1} >= pools;
      const PoolId to =
          over ? w.spec.node_pools.front() : w.spec.node_pools[(c.pool_position + std::size_t{1}) % pools];
      recorder.record(PoolMoved{id, to, over});
      if (!over) receivers.push_back(to);
    }
    std::sort(receivers.begin(), receivers.end());
    receivers.erase(std::unique(receivers.begin(), receivers.end()), receivers.end());
    return receivers;
  }

  void pass(PoolId pool) {
    policy::Snapshot snapshot = snapshot_of(world, pool, clock.now(), readings[pool]);
    snapshot.stop = hooks.stop;
    seen[pool] = world.pools[pool].changes;
    std::optional<Instant> look;
    std::vector<policy::Decision> decided;
    {
      policy::Transaction transaction(snapshot, working, policy->book());
      look = policy->cycle(snapshot, transaction).next_look;
      decided = transaction.take_decisions();
    }
    // A look at the present instant would see what this one saw.
    looks[pool] = look && *look > clock.now() ? *look : Instant::never();
    cycles += 1;
    decisions += committer.commit(decided, pool, policy->name(), policy->book());
  }

  void cycle() {
    last_cycle = clock.now();
    const std::uint64_t before = world.totals.transitions;
    begin_rounds();
    std::vector<PoolId> due;
    for (std::size_t i = 0; i < world.pools.size(); ++i) {
      const auto pool = id_of<PoolId>(i);
      if (dirty(pool) || looks[pool] <= clock.now()) due.push_back(pool);
    }
    while (!due.empty()) {
      for (const PoolId pool : due) pass(pool);
      std::vector<PoolId> receivers = hand_over(due);
      if (input.cycle_period) break;
      // Immediate: pools that received a workload are passed over again in this instant, until none moves.
      due = std::move(receivers);
    }
    // Immediate: one complete pass an instant; what it changed itself waits for the next event.
    if (!input.cycle_period) {
      for (std::size_t i = 0; i < world.pools.size(); ++i) {
        seen[id_of<PoolId>(i)] = world.pools[id_of<PoolId>(i)].changes;
      }
    }
    idle_looks = world.totals.transitions == before ? idle_looks + 1 : 0;
  }

  // --- the loop

  // One event or one cycle, if it lies at or before `until`. False: there is none.
  bool step(Instant until) {
    const Instant event_at = timers.next_at();
    const Instant cycle_at = next_cycle();
    // Per event: a pass after each event that changed something, before the next event of the instant.
    const bool cycle_first =
        input.order == InstantOrder::per_event && !input.cycle_period && cycle_at <= event_at;
    const Instant at = std::min(event_at, cycle_at);
    if (at == Instant::never() || at > until) return false;
    hooks.stop.poll();
    if (event_at == Instant::never() && !input.end && idle_looks >= fruitless_looks) return false;
    clock.advance_to(at);
    recorder.advance_to(at);
    if (event_at <= cycle_at && !cycle_first) {
      take(timers.pop().event);
      events += 1;
      if (hooks.after_event) hooks.after_event(world);
      if (events % hooks.progress_every == 0) tell();
    } else {
      cycle();
      if (hooks.after_event) hooks.after_event(world);
      if (cycles % hooks.progress_every == 0) tell();
    }
    return true;
  }

  void tell() {
    if (hooks.progress) hooks.progress(progress());
  }

  RunProgress progress() const {
    RunProgress p;
    p.now = clock.now();
    p.events = events;
    p.cycles = cycles;
    p.decisions = decisions;
    if (const auto rest = input.submissions->remaining()) p.arrivals_left = *rest + (ahead ? 1 : 0);
    return p;
  }

  RunResult finish(RunEnd why) {
    if (why == RunEnd::end_reached && input.end && *input.end > clock.now()) {
      clock.advance_to(*input.end);
      recorder.advance_to(*input.end);
    }
    recorder.record(RunEnded{why, events, cycles, decisions});
    journal.seal();
    RunResult result;
    result.ended = why;
    result.events = events;
    result.cycles = cycles;
    result.decisions = decisions;
    result.transitions = world.totals.transitions;
    result.end = clock.now();
    if (why == RunEnd::drained) {
      for (std::size_t i = 0; i < world.workloads.all.size(); ++i) {
        const auto id = id_of<WorkloadId>(i);
        const workload::Workload& w = world.workloads.all[id];
        if (w.phase == workload::Phase::pending || w.phase == workload::Phase::creating) {
          result.waiting_for_ever.push_back(id);
        }
      }
    }
    return result;
  }

  static constexpr std::uint32_t live_arrivals = 0x8000'0000;

  Input input;
  std::unique_ptr<policy::Policy> policy;
  RunHooks hooks;
  World world;
  JournalWriter journal;
  Timers timers;
  Recorder recorder;
  LifeCycle life_cycle;
  Committer committer;
  engine::Clock clock;
  policy::WorkingCluster working;

  std::optional<Submission> ahead;  // pulled, not yet arrived
  std::uint32_t pulled = 0;
  Instant last_submit;
  std::vector<Submission> live;  // submitted by a person

  IdVector<PoolId, std::uint64_t> seen;  // PoolState::changes at the last pass
  IdVector<PoolId, Instant> looks;       // when the policy wants to look again
  IdVector<PoolId, UsageReading> readings;
  std::optional<Instant> last_cycle;
  std::uint64_t events = 0, cycles = 0, decisions = 0, idle_looks = 0;
};

Run::Run(Input input, std::unique_ptr<policy::Policy> policy, ByteSink& sink, RunHooks hooks,
         JournalOptions journal) {
  BERTH_INVARIANT(policy != nullptr && hooks.progress_every > 0, "a run without a policy");
  impl_ = std::make_unique<Impl>(std::move(input), std::move(policy), sink, std::move(hooks), journal);
}

Run::~Run() = default;

RunResult Run::execute() {
  Impl& run = *impl_;
  const Instant until = run.input.end.value_or(Instant::never());
  try {
    while (run.step(until)) {
    }
  } catch (const Interrupted&) {
    return run.finish(RunEnd::stopped);
  }
  return run.finish(run.input.end ? RunEnd::end_reached : RunEnd::drained);
}

bool Run::advance(Instant until) {
  Impl& run = *impl_;
  const Instant last = run.input.end.value_or(Instant::never());
  while (run.step(std::min(until, last))) {
  }
  if (until >= last) return false;
  run.clock.advance_to(std::max(until, run.clock.now()));
  run.recorder.advance_to(run.clock.now());
  return true;
}

void Run::act(Instant at, Action action) {
  Impl& run = *impl_;
  BERTH_INVARIANT(at >= run.clock.now(), "an action in the past");
  run.input.actions.push_back({at, std::move(action)});
  run.timers.schedule_action(at, static_cast<std::uint32_t>(run.input.actions.size() - 1));
}

void Run::submit(Instant at, Submission submission) {
  Impl& run = *impl_;
  BERTH_INVARIANT(at >= run.clock.now(), "a submission in the past");
  submission.spec.submit = at;
  check_submission(submission, run.world, at);
  run.live.push_back(std::move(submission));
  run.timers.schedule_arrival(at, Impl::live_arrivals + static_cast<std::uint32_t>(run.live.size() - 1));
}

void Run::sync() {
  impl_->journal.sync();
}
RunResult Run::finish(RunEnd why) {
  return impl_->finish(why);
}
const World& Run::world() const {
  return impl_->world;
}
RunProgress Run::progress() const {
  return impl_->progress();
}
std::vector<std::string> Run::pending_events() const {
  return impl_->timers.listing();
}

std::vector<std::string> Run::rebuilt_events() const {
  const Impl& run = *impl_;
  Timers timers(run.input.order, run.input.repartition_time);
  timers.schedule_all(run.world);
  if (run.ahead) timers.schedule_arrival(run.ahead->spec.submit, run.pulled - 1);
  for (std::size_t i = 0; i < run.input.actions.size(); ++i) {
    if (run.input.actions[i].at > run.clock.now()) {
      timers.schedule_action(run.input.actions[i].at, static_cast<std::uint32_t>(i));
    }
  }
  return timers.listing();
}

}  // namespace berth::simulation
