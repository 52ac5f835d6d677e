#include "sim/records/folder/run_documents.hpp"

#include "sim/records/folder/output_folder.hpp"
#include "sim/records/workloads/workload_record.hpp"

namespace berth::records {

JsonWriter writer_to(simulation::ByteSink& sink, int indent) {
  return JsonWriter([&sink](std::string_view text) { append_text(sink, text); }, indent);
}

void write_workloads_file(simulation::ByteSink& sink, const View& view) {
  JsonWriter out = writer_to(sink, 0);
  out.begin_object().key("workloads").begin_array();
  for (std::size_t i = 0; i < view.workloads.all.size(); ++i) {
    view.stop.poll();
    write_workload(out, view, id_of<WorkloadId>(i), Detail::listed);
  }
  out.end_array().end_object().newline().flush();
}

void write_details_file(simulation::ByteSink& sink, const View& view) {
  JsonWriter out = writer_to(sink, 0);
  for (std::size_t i = 0; i < view.workloads.all.size(); ++i) {
    view.stop.poll();
    write_workload(out, view, id_of<WorkloadId>(i), Detail::full);
    out.newline();
  }
  out.flush();
}

}  // namespace berth::records
