#include "sim/simulation/journal/transition_codec.hpp"

#include <utility>

#include "sim/simulation/journal/codec_fields.hpp"

namespace berth::simulation {

namespace {

constexpr std::uint8_t new_instant = 0x80;  // beside the kind: a span of time follows

// An id as the difference from the one before of its kind.
class IdWriter {
 public:
  IdWriter(Encoder& out, std::int64_t& workload, std::int64_t& pod, std::int64_t& node)
      : out_(out), workload_(workload), pod_(pod), node_(node) {}
  void operator()(WorkloadId id) { put(workload_, id); }
  void operator()(PodId id) { put(pod_, id); }
  void operator()(NodeId id) { put(node_, id); }
  template <class T>
  void plain(const T& value) {
    out_(value);
  }
  // For whom a pod was evicted; often nobody.
  void other(WorkloadId id) { out_.varint(id == none<WorkloadId>() ? 0 : index_of(id) + 1); }
  template <class T>
  void shared(const std::shared_ptr<const T>& value) {
    out_(*value);
  }

 private:
  template <class Id>
  void put(std::int64_t& last, Id id) {
    const auto value = static_cast<std::int64_t>(index_of(id));
    out_.zigzag(value - last);
    last = value;
  }
  Encoder& out_;
  std::int64_t &workload_, &pod_, &node_;
};

class IdReader {
 public:
  IdReader(Decoder& in, std::int64_t& workload, std::int64_t& pod, std::int64_t& node)
      : in_(in), workload_(workload), pod_(pod), node_(node) {}
  void operator()(WorkloadId& id) { get(workload_, id); }
  void operator()(PodId& id) { get(pod_, id); }
  void operator()(NodeId& id) { get(node_, id); }
  template <class T>
  void plain(T& value) {
    in_(value);
  }
  void other(WorkloadId& id) {
    const std::uint64_t n = in_.varint();
    if (n > 0xffff'ffff) throw DecodeError("a workload out of range");
    id = n == 0 ? none<WorkloadId>() : id_of<WorkloadId>(static_cast<std::size_t>(n - 1));
  }
  template <class T>
  void shared(std::shared_ptr<const T>& value) {
    value = std::make_shared<const T>(in_.read<T>());
  }

 private:
  template <class Id>
  void get(std::int64_t& last, Id& id) {
    const std::int64_t step = in_.zigzag();
    if (step < -0xffff'ffffLL || step > 0xffff'ffffLL || last + step < 0 || last + step > 0xffff'ffffLL) {
      throw DecodeError("an entity out of range");
    }
    last += step;
    id = id_of<Id>(static_cast<std::size_t>(last));
  }
  Decoder& in_;
  std::int64_t &workload_, &pod_, &node_;
};

// The fields of each transition, for both directions.
template <class A, Either<ShapeAdded> V>
void parts(A& a, V& v) {
  a.shared(v.shape);
}
template <class A, Either<WorkloadSubmitted> V>
void parts(A& a, V& v) {
  a(v.workload), a.shared(v.spec);
}
template <class A, Either<ObjectsCreated> V>
void parts(A& a, V& v) {
  a(v.workload);
}
template <class A, Either<PodsCreated> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.first), a.plain(v.count);
}
template <class A, Either<PodBound> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.pod), a(v.node), a.plain(v.devices);
}
template <class A, Either<PodStarted> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.pod);
}
template <class A, Either<PodSucceeded> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.pod);
}
template <class A, Either<PodFailed> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.pod), a.plain(v.cause);
}
template <class A, Either<PodRestarted> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.pod);
}
template <class A, Either<PodEvicted> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.pod), a.plain(v.cause), a.other(v.for_workload);
}
template <class A, Either<PodStopped> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.pod), a.plain(v.cause);
}
template <class A, Either<PodGone> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.pod);
}
template <class A, Either<PodPipelined> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.pod), a(v.node), a.plain(v.devices);
}
template <class A, Either<PipelinedPodEvicted> V>
void parts(A& a, V& v) {
  a(v.workload), a(v.pod), a.plain(v.cause), a.other(v.for_workload);
}
template <class A, Either<Refused> V>
void parts(A& a, V& v) {
  a(v.workload);
  a.plain(v.refusal.pool), a.plain(v.refusal.code), a.plain(v.refusal.queue), a.plain(v.refusal.resource);
  a.plain(v.refusal.limit), a.plain(v.refusal.used), a.plain(v.refusal.requested);
}
template <class A, Either<PoolMoved> V>
void parts(A& a, V& v) {
  a(v.workload), a.plain(v.to), a.plain(v.round_over);
}
template <class A, Either<RoundBegun> V>
void parts(A& a, V& v) {
  a(v.workload);
}
template <class A, Either<StaleMarked> V>
void parts(A& a, V& v) {
  a(v.workload);
}
template <class A, Either<StaleCleared> V>
void parts(A& a, V& v) {
  a(v.workload);
}
template <class A, Either<SuspendAsked> V>
void parts(A& a, V& v) {
  a(v.workload), a.plain(v.cause);
}
template <class A, Either<ResumeAsked> V>
void parts(A& a, V& v) {
  a(v.workload);
}
template <class A, Either<DeleteAsked> V>
void parts(A& a, V& v) {
  a(v.workload);
}
template <class A, Either<WorkloadDeleted> V>
void parts(A& a, V& v) {
  a(v.workload);
}
template <class A, Either<WorkloadFinished> V>
void parts(A& a, V& v) {
  a(v.workload), a.plain(v.ending), a.plain(v.cause);
}
template <class A, Either<NodeAdded> V>
void parts(A& a, V& v) {
  a.shared(v.spec);
}
template <class A, Either<NodeRemoved> V>
void parts(A& a, V& v) {
  a(v.node);
}
template <class A, Either<NodeCordoned> V>
void parts(A& a, V& v) {
  a(v.node), a.plain(v.on);
}
template <class A, Either<NodePowered> V>
void parts(A& a, V& v) {
  a(v.node), a.plain(v.up);
}
template <class A, Either<RepartitionBegun> V>
void parts(A& a, V& v) {
  a(v.node), a.plain(v.device), a.plain(v.instances);
}
template <class A, Either<RepartitionEnded> V>
void parts(A& a, V& v) {
  a(v.node), a.plain(v.device);
}
template <class A, Either<QuotaChanged> V>
void parts(A& a, V& v) {
  a.plain(v.queue), a.plain(v.pool), a.plain(v.quota);
}
template <class A, Either<CycleBegan> V>
void parts(A& a, V& v) {
  a.plain(v.pool);
}
template <class A, Either<RunEnded> V>
void parts(A& a, V& v) {
  a.plain(v.why), a.plain(v.events), a.plain(v.cycles), a.plain(v.decisions);
}

template <std::size_t... I>
Transition empty_of_kind(std::size_t kind, std::index_sequence<I...>) {
  Transition transition;
  ((kind == I ? void(transition.emplace<I>()) : void()), ...);
  return transition;
}

}  // namespace

void TransitionEncoder::begin(Encoder& out, std::uint64_t first_sequence, Instant base) {
  workload_ = pod_ = node_ = 0;
  at_ = base;
  out.varint(first_sequence);
  out.zigzag(base.micros);
}

void TransitionEncoder::encode(Encoder& out, const Transition& transition, Instant at) {
  const auto kind = static_cast<std::uint8_t>(transition.index());
  if (at == at_) {
    out.byte(kind);
  } else {
    out.byte(kind | new_instant);
    out.varint(static_cast<std::uint64_t>((at - at_).micros));
    at_ = at;
  }
  IdWriter writer(out, workload_, pod_, node_);
  std::visit([&](const auto& t) { parts(writer, t); }, transition);
}

TransitionDecoder::TransitionDecoder(Decoder in) : in_(in) {
  sequence_ = in_.varint();
  at_ = in_.read<Instant>();
}

Record TransitionDecoder::next() {
  const std::uint8_t kind = in_.byte();
  if ((kind & new_instant) != 0) {
    const std::uint64_t step = in_.varint();
    constexpr std::uint64_t bound = std::uint64_t{1} << 61;  // instants stay below 2^62 in magnitude
    if (step > bound || at_.micros > static_cast<std::int64_t>(bound)) {
      throw DecodeError("an instant is out of range");
    }
    at_ = at_ + Duration{static_cast<std::int64_t>(step)};
  }
  const std::size_t index = kind & 0x7fu;
  if (index >= std::variant_size_v<Transition>) throw DecodeError("a transition of an unknown kind");
  Record record;
  record.sequence = sequence_++;
  record.at = at_;
  record.transition = empty_of_kind(index, std::make_index_sequence<std::variant_size_v<Transition>>());
  IdReader reader(in_, workload_, pod_, node_);
  std::visit([&](auto& t) { parts(reader, t); }, record.transition);
  if (auto* refused = std::get_if<Refused>(&record.transition)) refused->refusal.at = at_;
  return record;
}

}  // namespace berth::simulation
