// GET /api/v1/workloads and /count: which workloads, in which order, which page (contract/NOTES.md section 1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/records/workloads/view.hpp"

namespace berth::records {

// The fields that filterBy and sortBy name, in the order of the contract's enum.
enum class Field : std::uint8_t {
  type,
  name,
  cluster_id,
  project_id,
  project_name,
  department_id,
  department_name,
  created_at,
  deleted_at,
  submitted_by,
  phase,
  completed_at,
  nodepool,
  distributed_framework,
  allocated_gpu,
  idle_gpus,
  idle_allocated_gpus,
  phase_updated_at,
  category,
  priority,
  total_pending_time_seconds,
  total_running_time_seconds,
  priority_class_name,
  guaranteed_runtime_ends_at,
  ai_application_id,
  ai_application_name,
};
std::optional<Field> find_field(std::string_view name);

enum class FilterOp : std::uint8_t { equal, not_equal, at_most, at_least, contains, lacks, starts, ends };

struct Filter {
  Field field{};
  FilterOp op{};
  std::string value;
};

struct ListQuery {
  bool deleted = false;  // only deleted ones, else only live ones
  std::vector<Filter> filters;
  std::string search;
  Field sort_by = Field::created_at;
  bool descending = false;
  std::size_t offset = 0;
  std::size_t limit = 50;
};

// Reads one filterBy parameter: `field op value` items joined by commas; a comma ends an item only when `field op`
// follows. The answer is an error sentence, or nothing.
std::optional<std::string> parse_filters(std::string_view text, std::vector<Filter>& to);
// All that match, in the asked order (nulls last, ties by id); paging is the caller's.
std::vector<WorkloadId> select_workloads(const View& view, const ListQuery& query);

}  // namespace berth::records
