#include "sim/records/series/study_series.hpp"

#include <map>
#include <string>
#include <variant>

#include "berth/core/integral.hpp"
#include "sim/records/folder/output_folder.hpp"
#include "sim/records/series/fragmentation.hpp"

namespace berth::records {

namespace {

// numerator / denominator to the nearest integer, halves to even; both not negative.
std::int64_t round_half_even(Int128 numerator, Int128 denominator) {
  const Int128 floor = numerator / denominator;
  const Int128 twice_rest = (numerator - floor * denominator) * 2;
  const bool up = twice_rest > denominator || (twice_rest == denominator && floor % 2 == 1);
  return static_cast<std::int64_t>(floor + (up ? 1 : 0));
}

struct Bin {
  std::int64_t events = 0;
  std::int64_t allocated = 0;  // sum of hundredths of a percent
  std::int64_t ratio = 0;      // likewise
  Int128 micro = 0;            // sum of F
};

// GPU milli that a workload's pods ask for, all of them.
std::int64_t asked_milli(const simulation::World& world, WorkloadId id) {
  std::int64_t milli = 0;
  for (const workload::PodTemplate& t : world.workloads.all[id].spec.templates)
    milli += world.workloads.shapes[t.shape].gpu.quota_amount().value * t.count;
  return milli;
}

}  // namespace

void write_study_series(simulation::ByteSink& sink, const simulation::JournalReader& journal) {
  simulation::World world = journal.world_before(0);
  FragmentationMeter meter(journal.header().policy.typical, world.cluster.models);
  std::map<std::int64_t, Bin> bins;
  std::vector<bool> attempted;
  std::int64_t arrived = 0;
  journal.each(0, [&](const simulation::Record& record) {
    world.apply(record.transition, record.at);
    const auto* bound = std::get_if<simulation::PodBound>(&record.transition);
    const auto* ended = std::get_if<simulation::WorkloadFinished>(&record.transition);
    const bool dropped = ended != nullptr && ended->cause == simulation::EndCause::dropped;
    if (bound == nullptr && !dropped) return true;
    const WorkloadId id = simulation::workload_of(record.transition);
    meter.follow(world);
    if (attempted.size() <= index_of(id)) attempted.resize(index_of(id) + 1, false);
    if (!attempted[index_of(id)]) arrived += asked_milli(world, id);
    attempted[index_of(id)] = true;

    const PoolFragmentation all = meter.total();
    if (all.capacity == 0) return true;
    Bin& bin = bins[round_half_even(Int128{100} * arrived, all.capacity)];
    ++bin.events;
    bin.allocated += round_half_even(Int128{10'000} * all.used, all.capacity);
    if (all.idle > 0) bin.ratio += round_half_even(Int128{10'000} * all.micro, Int128{1'000'000} * all.idle);
    bin.micro += Int128{all.micro} * 100 * 1'000 / all.capacity;  // 10^-9 of a percent
    return true;
  });
  append_text(
      sink,
      "arrived_percent,events,allocated_percent,fragmentation_ratio_percent,fragmentation_amount_percent\n");
  for (const auto& [percent, bin] : bins) {
    append_text(sink, std::to_string(percent) + "," + std::to_string(bin.events) + "," +
                          print_ratio(bin.allocated, Int128{100} * bin.events, 4) + "," +
                          print_ratio(bin.ratio, Int128{100} * bin.events, 4) + "," +
                          print_ratio(bin.micro, Int128{1'000'000'000} * bin.events, 4) + "\n");
  }
}

}  // namespace berth::records
