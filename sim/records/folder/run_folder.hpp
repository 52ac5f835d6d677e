// What a run leaves in its folder (interface.md, "What run --out DIR leaves").
#pragma once

#include "berth/scenario/scenario.hpp"
#include "berth/simulation/journal.hpp"
#include "sim/records/folder/output_folder.hpp"
#include "sim/records/words/summary.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::records {

// Which files are wanted; scenario.yaml always is.
struct RunFiles {
  bool summary = true;
  bool journal = true;  // written while the run goes on, by who runs it
  bool records = true;  // workloads.json, workload-details.jsonl
  bool telemetry = true;
  bool metrics = true;
  bool fragmentation = false;  // fragmentation.csv: only when asked for, it looks at every node many times
  bool study = false;          // study.csv

  // Are there files that are made by going through the journal (records: for the scheduler's words about refusals)?
  bool read_journal() const { return records || metrics || fragmentation || study; }
};

// Writes and syncs all files but the journal and those of write_replayed_files. `view` is of the end; `journal` may be null when read_journal() is false.
// Throws Interrupted when the view's stop, or the journal's, asks: what is in the folder is then not whole.
void write_run_files(OutputFolder& folder, const RunFiles& files, const scenario::Scenario& scenario,
                     const Summary& summary, const View& view, const simulation::JournalReader* journal);

// study.csv and fragmentation.csv, as far as they are wanted: they need the journal alone, and a World of their own. Throws
// Interrupted when the journal's stop asks.
void write_replayed_files(OutputFolder& folder, const RunFiles& files,
                          const simulation::JournalReader* journal);

}  // namespace berth::records
