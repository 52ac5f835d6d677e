#include "sim/records/folder/run_folder.hpp"

#include "berth/core/invariant.hpp"
#include "berth/scenario/load.hpp"
#include "sim/records/folder/run_documents.hpp"
#include "sim/records/series/fragmentation.hpp"
#include "sim/records/series/metrics.hpp"
#include "sim/records/series/study_series.hpp"
#include "sim/records/series/telemetry.hpp"
#include "sim/records/words/fit_messages.hpp"

namespace berth::records {
namespace {

constexpr std::size_t fragmentation_samples = 201;  // a point every half percent of the run

// Writes one wanted file and makes sure that it is on the medium.
template <class Content>
void write_file(OutputFolder& folder, bool wanted, const char* name, const Content& content) {
  if (!wanted) return;
  const auto sink = folder.create(name);
  content(*sink);
  sink->sync();
}

}  // namespace

void write_run_files(OutputFolder& folder, const RunFiles& files, const scenario::Scenario& scenario,
                     const Summary& summary, const View& view, const simulation::JournalReader* journal) {
  BERTH_INVARIANT(journal != nullptr || !files.read_journal(), "documents of the journal without a journal");
  const auto write = [&](bool wanted, const char* name, const auto& content) {
    view.stop.poll();
    write_file(folder, wanted, name, content);
  };
  const auto write_json = [&](bool wanted, const char* name, int indent, const auto& content) {
    write(wanted, name, [&](simulation::ByteSink& sink) {
      JsonWriter out = writer_to(sink, indent);
      content(out);
      out.newline().flush();
    });
  };
  write(true, "scenario.yaml",
        [&](simulation::ByteSink& sink) { append_text(sink, scenario::print_scenario(scenario)); });
  write_json(files.summary, "summary.json", 2, [&](JsonWriter& out) { write_summary(out, summary); });
  if (files.records) {
    std::vector<WorkloadId> all;
    for (std::size_t i = 0; i < view.workloads.all.size(); ++i) all.push_back(id_of<WorkloadId>(i));
    const FitMessages messages(view, *journal, all);
    View listening = view;
    listening.messages = &messages;
    write(true, "workloads.json", [&](simulation::ByteSink& sink) { write_workloads_file(sink, listening); });
    write(true, "workload-details.jsonl",
          [&](simulation::ByteSink& sink) { write_details_file(sink, listening); });
  }
  write_json(files.telemetry, "telemetry.json", 0, [&](JsonWriter& out) { write_telemetry_file(out, view); });
  write_json(files.metrics, "metrics.json", 0,
             [&](JsonWriter& out) { write_metrics_file(out, view, *journal); });
}

void write_replayed_files(OutputFolder& folder, const RunFiles& files,
                          const simulation::JournalReader* journal) {
  BERTH_INVARIANT(journal != nullptr || !(files.study || files.fragmentation),
                  "documents of the journal without a journal");
  write_file(folder, files.study, "study.csv",
             [&](simulation::ByteSink& sink) { write_study_series(sink, *journal); });
  write_file(folder, files.fragmentation, "fragmentation.csv",
             [&](simulation::ByteSink& sink) { write_fragmentation(sink, *journal, fragmentation_samples); });
}

}  // namespace berth::records
