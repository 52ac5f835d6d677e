// The read side of the HTTP API as one function: method and target in, status and body out (contract/NOTES.md
// section 1). `berth get` and the server both answer through it.
//
//   GET /api/v1/workloads                        list: deleted, filterBy, search, sortBy, sortOrder, limit, offset
//   GET /api/v1/workloads/count                  deleted, filterBy, search
//   GET /api/v1/workloads/{workloadId}
//   GET /api/v1/workloads/{workloadId}/pods      and /workloads/pods, /workloads/pods/count
//   GET /api/v1/workloads/{workloadId}/events    and /history
//   GET /api/v1/workloads/{workloadId}/metrics   and those of clusters, node pools, projects and departments
//   GET /api/v1/workloads/telemetry              and those of nodes, projects and departments
//   GET /api/v1/workload-priorities
//
// Errors are {code, message} with the code as the HTTP status: 400 a parameter is not as the contract has it, 404 an
// unknown path or a malformed or unknown id, 405 another method.
#pragma once

#include <string>
#include <string_view>

#include "berth/simulation/journal.hpp"
#include "sim/records/workloads/view.hpp"

namespace berth::records {

struct Answer {
  int status = 200;
  std::string body;  // JSON, without a line end
};

// `journal` is the one that the view's World comes from.
Answer answer(std::string_view method, std::string_view target, const View& view,
              const simulation::JournalReader& journal);

Answer error_answer(int status, std::string_view message);

}  // namespace berth::records
