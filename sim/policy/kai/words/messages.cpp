#include "sim/policy/kai/words/messages.hpp"

#include <algorithm>
#include <map>

#include "sim/policy/kai/session/numbers.hpp"

namespace berth::policy::kai {

namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

std::string qualified(std::string_view namespace_name, std::string_view name) {
  std::string text(namespace_name);
  text += '/';
  text += name;
  return text;
}

bool named(std::string_view sub_group) {
  return !sub_group.empty() && sub_group != "default";
}

// "2 CPU", "3 GPU": sorted as strings, so "10 x" stands before "2 x", as in the reference.
std::vector<std::string> histogram(const std::map<std::string, int>& counts, bool count_single) {
  std::vector<std::string> lines;
  for (const auto& [text, count] : counts) {
    lines.push_back(count > 1 || count_single ? std::to_string(count) + ' ' + text : text);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string reason_of(const std::vector<JobFitError>& errors) {
  return errors.size() == 1 ? errors.front().reason : std::string(reason_unable_to_schedule);
}

}  // namespace

std::string message_of(const PodFitErrors& errors) {
  std::map<std::string, int> counts;
  for (const NodeFitError& node : errors.nodes) {
    for (const std::string& reason : node.reasons) ++counts[reason];
  }
  std::string text = errors.error.empty() ? std::string(no_nodes_found) : errors.error;
  if (!counts.empty()) text += ": " + joined(histogram(counts, true), ". \n") + '.';
  return text;
}

std::string message_of(const std::vector<JobFitError>& errors) {
  std::map<std::string, int> counts;
  for (const JobFitError& error : errors) {
    for (const std::string& message : error.messages) ++counts[message];
  }
  std::string text = reason_of(errors);
  if (!counts.empty()) text += ": " + joined(histogram(counts, false), ". \n") + '.';
  return text;
}

std::string detailed_text(const JobFitError& error) {
  std::string text;
  if (!error.domain.empty()) text += '<' + error.domain + ">: ";
  if (named(error.sub_group)) text += "subgroup " + error.sub_group + ": ";
  return text + joined(error.details(), ", ");
}

std::string detailed_message_of(const std::vector<JobFitError>& errors) {
  std::vector<std::string> lines;
  for (const JobFitError& error : errors) lines.push_back('\n' + detailed_text(error) + '.');
  std::sort(lines.begin(), lines.end());
  return '\n' + reason_of(errors) + '.' + joined(lines, "");
}

std::string gang_message(std::int64_t found, std::int64_t required, std::string_view error) {
  return "Resources were found for " + std::to_string(found) + " pods while " + std::to_string(required) +
         " are required for gang scheduling. Additional pods cannot be scheduled due to: " +
         std::string(error);
}

std::string sub_group_gang_message(std::int64_t found, std::string_view sub_group, std::int64_t required,
                                   std::string_view error) {
  return "Resources were found for " + std::to_string(found) + " pods from all sub-groups while sub-group " +
         std::string(sub_group) + " requires " + std::to_string(required) +
         " pods for gang scheduling. Additional pods cannot be scheduled in this sub-group due to: " +
         std::string(error);
}

std::string single_pod_message(std::string_view namespace_name, std::string_view pod,
                               std::string_view error) {
  return "Resources were not found for pod " + qualified(namespace_name, pod) +
         " due to: " + std::string(error);
}

std::string topology_message(std::string_view topology, std::string_view requirement,
                             std::string_view namespace_name, std::string_view job,
                             std::string_view sub_group, std::string_view lacking_domain) {
  std::string text = "topology " + std::string(topology) + ", requirement " + std::string(requirement) +
                     " couldn't be satisfied for job <" + qualified(namespace_name, job) + '>';
  if (named(sub_group)) text += ", subgroup " + std::string(sub_group);
  if (!lacking_domain.empty()) {
    text += ": not enough resources in " + std::string(lacking_domain) + " to allocate the job";
  }
  return text;
}

std::string domain_pods_message(std::string_view domain, std::int64_t possible, std::int64_t required) {
  return "node-group " + std::string(domain) + " can allocate only " + std::to_string(possible) + " of " +
         std::to_string(required) + " required pods";
}

std::string no_such_topology_message(std::string_view topology) {
  return "Requested topology " + std::string(topology) + " does not exist";
}

namespace {

struct Unit {
  const char* requested;  // after the requested amount
  const char* other;      // after the other amounts
  const char* limited;    // "limit of ..."
};
Unit unit_of(Resource resource) {
  switch (resource) {
    case Resource::cpu:
      return {"CPU cores", "cores", "CPU cores"};
    case Resource::memory:
      return {"GB memory", "GB", "memory"};
    case Resource::gpu:
      break;
  }
  return {"GPUs", "GPUs", "GPUs"};
}

}  // namespace

// The requested amount: CPU and memory as people write them, GPUs as the raw number (9.13, 11.3).
std::string over_quota_message(std::string_view queue, Resource resource, double quota, double used,
                               double requested) {
  const Unit unit = unit_of(resource);
  const std::string asked =
      resource == Resource::gpu ? raw_number(requested) : amount_text(resource, requested);
  return "Non-preemptible workload is over quota. Workload requested " + asked + ' ' + unit.requested +
         ", but " + std::string(queue) + " quota is " + amount_text(resource, quota) + ' ' + unit.other +
         ", while " + amount_text(resource, used) + ' ' + unit.other +
         " are already allocated for non-preemptible pods. Use a preemptible workload to go over quota.";
}

std::string over_limit_message(std::string_view queue, Resource resource, double limit, double used,
                               double requested) {
  const Unit unit = unit_of(resource);
  return std::string(queue) + " quota has reached the allowable limit of " + unit.limited + ". Limit is " +
         amount_text(resource, limit) + ' ' + unit.other + ", currently " + amount_text(resource, used) +
         ' ' + unit.other + " allocated and workload requested " + amount_text(resource, requested) + ' ' +
         unit.other;
}

}  // namespace berth::policy::kai
