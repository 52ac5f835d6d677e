// study.csv: the series of the published placement study (fgd.md section 3), a function of the journal.
//
// An event is the end of one arrival's only attempt: it was bound, or given up. Arrived GPU milli are those of all workloads
// attempted so far, failed ones included. A bin is the arrived GPU percent, rounded half to even:
// round(100 x arrived / capacity); a value in it is the mean over the bin's events of
//
//   allocated_percent                     100 x used / capacity, rounded to 2 decimals
//   fragmentation_ratio_percent           100 x F / free, rounded to 2 decimals
//   fragmentation_amount_percent          100 x F / capacity
//
// F is the fragmentation summed over all nodes (policy/fragmentation.hpp) with the typical pods of the journal's header.
// One row a bin that has events, ascending; four decimals.
#pragma once

#include "berth/simulation/byte_store.hpp"
#include "berth/simulation/journal.hpp"

namespace berth::records {

void write_study_series(simulation::ByteSink& sink, const simulation::JournalReader& journal);

}  // namespace berth::records
