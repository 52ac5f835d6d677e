// What a request lacks on a node or in a domain, as text.
#include <algorithm>

#include "sim/policy/kai/words/messages.hpp"

namespace berth::policy::kai {

namespace {

std::string node_text(std::string_view resource, std::string_view requested, std::string_view used,
                      std::string_view capacity, bool gang) {
  std::string text = "Node didn't have enough resources: " + std::string(resource);
  if (gang) return text + ", taking all considerations into account";
  return text + ", requested: " + std::string(requested) + ", used: " + std::string(used) +
         ", capacity: " + std::string(capacity);
}

// Kubernetes' own wording.
std::string node_count_text(std::string_view resource, std::int64_t requested, std::int64_t used,
                            std::int64_t capacity, bool gang) {
  if (gang) return node_text(resource, "", "", "", gang);
  return "Node didn't have enough resource: " + std::string(resource) +
         ", requested: " + std::to_string(requested) + ", used: " + std::to_string(used) +
         ", capacity: " + std::to_string(capacity);
}

std::string requested_gpus_text(const ResourceText& requested) {
  if (requested.portion > 0 && requested.devices > 1) {
    return std::to_string(requested.devices) + " X " + three_digits(requested.portion);
  }
  return three_digits(requested.gpus);
}

double gigabytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / 1e9;
}
double cores(std::int64_t milli) {
  return static_cast<double>(milli) / 1000;
}

bool asks_for_mig(const ResourceText& requested) {
  return std::any_of(requested.others.begin(), requested.others.end(),
                     [](const auto& other) { return is_mig_resource(other.first); });
}

}  // namespace

NodeFitError insufficient_on_node(std::string_view node, const ResourceText& requested,
                                  const ResourceText& used, const ResourceText& capacity,
                                  std::int64_t node_gpu_memory_mib, bool gang, std::string_view suffix) {
  NodeFitError error;
  error.node = node;
  const auto add = [&](std::string reason, std::string detail) {
    if (!suffix.empty()) {
      reason += ". " + std::string(suffix);
      detail += ". " + std::string(suffix);
    }
    error.reasons.push_back(std::move(reason));
    error.detailed.push_back(std::move(detail));
  };
  const std::string lacks = "node(s) didn't have enough resources: ";
  if (asks_for_mig(requested)) {
    for (const auto& [name, count] : requested.others) {
      if (!is_mig_resource(name) || capacity.other(name) - used.other(name) >= count) continue;
      add("node(s) didn't have enough of mig profile: " + name,
          node_count_text(name, count, used.other(name), capacity.other(name), gang));
    }
  } else {
    if (requested.gpus > capacity.gpus - used.gpus) {
      add(lacks + "GPUs", node_text("GPUs", requested_gpus_text(requested), three_digits(used.gpus),
                                    three_digits(capacity.gpus), gang));
    }
    if (requested.gpu_memory_mib > node_gpu_memory_mib) {
      add(lacks + "GPU memory", gang ? node_text("GPU memory", "", "", "", gang)
                                     : "Node didn't have enough resources: Each gpu on the node has a gpu "
                                       "memory capacity of " +
                                           std::to_string(node_gpu_memory_mib) + " Mib. " +
                                           std::to_string(requested.gpu_memory_mib) +
                                           " Mib of gpu memory has been requested.");
    }
  }
  if (requested.cpu_milli > capacity.cpu_milli - used.cpu_milli) {
    add(lacks + "CPU cores",
        node_text("CPU cores", decimal(cores(requested.cpu_milli)), decimal(cores(used.cpu_milli)),
                  decimal(cores(capacity.cpu_milli)), gang));
  }
  if (requested.memory_bytes > capacity.memory_bytes - used.memory_bytes) {
    add(lacks + "memory",
        node_text("memory", decimal(gigabytes(requested.memory_bytes)), decimal(gigabytes(used.memory_bytes)),
                  decimal(gigabytes(capacity.memory_bytes)), gang));
  }
  for (const auto& [name, amount] : requested.others) {
    if (capacity.other(name) - used.other(name) >= amount) continue;
    // A node's MIG instances stand among its other resources too; only the profile line names them.
    if (is_mig_resource(name)) continue;
    add(lacks + name, node_count_text(name, amount, used.other(name), capacity.other(name), gang));
  }
  return error;
}

std::string overhead_note(const ResourceText& requested, const ResourceText& overhead,
                          const ResourceText& idle) {
  const bool fits_without = requested.cpu_milli - overhead.cpu_milli <= idle.cpu_milli &&
                            requested.memory_bytes - overhead.memory_bytes <= idle.memory_bytes &&
                            requested.gpus <= idle.gpus;
  if ((overhead.cpu_milli == 0 && overhead.memory_bytes == 0) || !fits_without) return {};
  return std::string(overhead_suffix) +
         ". The overhead resources are cpu: " + std::to_string(overhead.cpu_milli) +
         "m, memory: " + std::to_string(overhead.memory_bytes);
}

JobFitError insufficient_in_domain(std::string_view sub_group, std::string_view domain,
                                   const ResourceText& requested, const ResourceText& available) {
  JobFitError error;
  error.sub_group = sub_group;
  error.domain = domain;
  error.reason = reason_not_enough_resources;
  const auto add = [&](std::string reason, std::string_view many, std::string_view resource,
                       const std::string& wanted, const std::string& there) {
    error.messages.push_back("node-group(s) didn't have enough " + std::move(reason));
    error.detailed.push_back(error.domain + " didn't have enough resource" + std::string(many) + ": " +
                             std::string(resource) + ", requested: " + wanted + ", available: " + there);
  };
  const auto add_count = [&](std::string reason, const std::string& name, std::int64_t wanted) {
    add(std::move(reason) + name, "", name, std::to_string(wanted), std::to_string(available.other(name)));
  };
  if (asks_for_mig(requested)) {
    for (const auto& [name, count] : requested.others) {
      if (is_mig_resource(name) && available.other(name) < count) add_count("of mig profile: ", name, count);
    }
  } else if (requested.gpus > available.gpus) {
    add("resources: GPUs", "", "GPUs", three_digits(requested.gpus), three_digits(available.gpus));
  }
  if (requested.cpu_milli > available.cpu_milli) {
    add("resources: CPU cores", "s", "CPU cores", decimal(cores(requested.cpu_milli)),
        decimal(cores(available.cpu_milli)));
  }
  if (requested.memory_bytes > available.memory_bytes) {
    add("resources: memory", "s", "memory", decimal(gigabytes(requested.memory_bytes)),
        decimal(gigabytes(available.memory_bytes)));
  }
  // MIG instances are listed twice: as a profile and as one of the other resources (9.13).
  for (const auto& [name, amount] : requested.others) {
    if (available.other(name) < amount) add_count("resources: ", name, amount);
  }
  return error;
}

}  // namespace berth::policy::kai
