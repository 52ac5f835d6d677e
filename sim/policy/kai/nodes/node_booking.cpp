#include "sim/policy/kai/nodes/node_booking.hpp"

#include "berth/core/invariant.hpp"
#include "sim/policy/kai/nodes/fit.hpp"

namespace berth::policy::kai {
namespace {

struct Takes {
  int idle = 0;  // times the request
  int releasing = 0;
};

// What a share that comes or goes changes on its group, and on the node's whole GPUs.
struct ShareChange {
  std::int64_t used = 0, allocated = 0, released = 0;
  int tasks = 0, releasing_tasks = 0, pipelined_tasks = 0;
  int idle = 0, releasing = 0;
};

constexpr Takes takes(Lies l) {
  switch (l) {
    case Lies::firm:
      return {-1, 0};
    case Lies::pipelined:
      return {0, -1};
    case Lies::releasing:
      return {-1, 1};
    case Lies::nowhere:
      break;
  }
  return {};
}

void add(Room& room, const Shape& shape, int times) {
  room.cpu += times * shape.cpu_milli;
  room.memory += times * shape.memory_bytes;
  if (shape.gpu == GpuKind::whole) room.gpus += times * shape.devices;
  room.pods += times;
}

void change_room(Session& session, NodeInfo& node, ShapeIx shape_ix, int idle, int releasing, int holders) {
  const Shape& shape = session.shapes[shape_ix];
  if (shape.gpu == GpuKind::whole) node.whole_used += holders * shape.devices;
  if (idle != 0) add(node.idle, shape, idle);
  if (releasing != 0) add(node.releasing, shape, releasing);
  for (const MigCount& m : shape.mig) {
    // A pod may lie on a node that advertises none of its profile, or no MIG at all: the node then has less than none.
    const std::size_t profile = index_of(m.profile);
    for (auto* table : {&node.mig_idle, &node.mig_releasing}) {
      if (table->size() <= profile) table->resize(profile + 1, 0);
    }
    node.mig_idle[profile] += idle * m.count;
    node.mig_releasing[profile] += releasing * m.count;
  }
}

// What an open device takes of the whole-GPU figures (section 10.8).
Takes device_takes(const SharedGroup& g) {
  return {g.allocated > 0 ? -1 : 0, (g.all_releasing() ? 1 : 0) - (g.all_pipelined() ? 1 : 0)};
}

// GPUs that somebody uses or waits for, as the reference counts them.
std::int32_t used_gpus(const NodeInfo& node) {
  std::int32_t used = node.whole_used;
  for (const SharedGroup& group : node.groups) used += group.used > 0 ? 1 : 0;
  return used;
}

// Takes a share off its group or puts it on, and books what that does to the node's whole GPUs as the reference does: by
// steps, each looking at the state that it finds. In plain cases this agrees with device_takes(); it does not when shares
// of one device lie differently, which is a known bug (KnownBugs::shared_gpus_booked_by_steps).
void take_off_by_steps(NodeInfo& node, SharedGroup& g, Lies lay, std::int64_t memory, ShareChange& c) {
  const std::int32_t total = node.allocatable.gpus;
  const std::int64_t used = g.used + memory;  // before
  const std::int64_t releasing = g.releasing + (lay == Lies::releasing   ? memory
                                                : lay == Lies::pipelined ? -memory
                                                                         : 0);
  if (lay == Lies::pipelined) {
    if (used == releasing || (g.used == 0 && g.releasing == 0)) ++c.releasing;
    return;
  }
  if (g.used <= 0 && total >= node.idle.gpus + used_gpus(node)) ++c.idle;
  if (lay == Lies::releasing) {
    if (g.used <= 0 && g.counted_releasing) {
      --c.releasing;
      g.counted_releasing = false;
    }
  } else if (g.used != 0 && g.releasing == g.used && !g.counted_releasing) {
    ++c.releasing;
    g.counted_releasing = true;
  }
}

void put_on_by_steps(NodeInfo& node, SharedGroup& g, Lies lies, std::int64_t memory, ShareChange& c) {
  const bool overbooked = node.allocatable.gpus < node.idle.gpus + used_gpus(node);
  if (lies == Lies::pipelined) {
    if (g.used - memory == g.releasing + memory) --c.releasing;
  } else if (lies == Lies::releasing) {
    if (g.used != g.releasing) return;
    if (!g.counted_releasing) ++c.releasing;
    g.counted_releasing = true;
    if (overbooked) --c.idle;
  } else {
    if (g.used <= memory && overbooked) --c.idle;
    if (g.counted_releasing) --c.releasing;
    g.counted_releasing = false;
  }
}

void change_group(SharedGroup& g, const ShareChange& c) {
  g.used += c.used;
  g.allocated += c.allocated;
  g.releasing += c.released;
  g.tasks += c.tasks;
  g.releasing_tasks += c.releasing_tasks;
  g.pipelined_tasks += c.pipelined_tasks;
}

std::size_t position_of(const NodeInfo& node, GroupIx group) {
  for (std::size_t i = 0; i < node.groups.size(); ++i) {
    if (node.groups[i].id == group) return i;
  }
  BERTH_INVARIANT(false, "a shared device is not on its task's node " + node.name);
}

// What a task that lies so puts on a group, or takes off it.
ShareChange share(Lies l, std::int64_t memory, int sign) {
  ShareChange c;
  c.used = sign * memory;
  c.tasks = sign;
  if (l == Lies::pipelined) {
    c.released = -sign * memory;
    c.pipelined_tasks = sign;
    return c;
  }
  c.allocated = sign * memory;
  if (l == Lies::releasing) {
    c.released = sign * memory;
    c.releasing_tasks = sign;
  }
  return c;
}

}  // namespace

double accepted_gpu(const NodeInfo& node, const Shape& shape) {
  if (shape.gpu == GpuKind::memory) return shape.devices * portion_on(node, shape);
  return shape.amounts.gpu;
}

void relay(Session& session, NodeIx node_ix, ShapeIx shape_ix, const std::vector<GroupIx>& groups, Lies from,
           Lies to, std::vector<NodeChange>* log) {
  NodeInfo& node = session.nodes[node_ix];
  const Shape& shape = session.shapes[shape_ix];
  change_room(session, node, shape_ix, takes(to).idle - takes(from).idle,
              takes(to).releasing - takes(from).releasing,
              (to != Lies::nowhere ? 1 : 0) - (from != Lies::nowhere ? 1 : 0));

  const std::int64_t memory = device_memory_asked(node, shape);
  const auto book = [&](GroupIx group, Lies l, int sign) {
    const std::size_t position = position_of(node, group);
    SharedGroup& g = node.groups[position];
    ShareChange c = share(l, memory, sign);
    const Takes before = device_takes(g);
    change_group(g, c);
    if (!session.options.bugs.shared_gpus_booked_by_steps) {
      const Takes after = device_takes(g);
      c.idle = after.idle - before.idle;
      c.releasing = after.releasing - before.releasing;
    } else if (sign < 0) {
      take_off_by_steps(node, g, l, memory, c);
    } else {
      put_on_by_steps(node, g, l, memory, c);
    }
    node.idle.gpus += c.idle;
    node.releasing.gpus += c.releasing;
    if (sign > 0 && l != Lies::pipelined && !g.has_entry) {
      g.has_entry = true;
      if (log != nullptr) log->push_back({node_ix, static_cast<std::uint32_t>(position), false});
    }
  };
  if (from != Lies::nowhere) {
    for (const GroupIx group : groups) book(group, from, -1);
  }
  if (to != Lies::nowhere) {
    for (const GroupIx group : groups) book(group, to, 1);
  }
}

GroupIx open_group(Session& session, NodeIx node_ix, bool integer_name, std::vector<NodeChange>* log) {
  NodeInfo& node = session.nodes[node_ix];
  const GroupIx id = session.groups.push_back(GroupInfo{node_ix, -1, integer_name});
  SharedGroup g;
  g.id = id;
  g.integer_name = integer_name;
  if (log != nullptr) log->push_back({node_ix, static_cast<std::uint32_t>(node.groups.size()), true});
  node.groups.push_back(g);
  return id;
}

void undo(Session& session, const NodeChange& c) {
  NodeInfo& node = session.nodes[c.node];
  if (!c.opened) {
    // Booked by steps, a group keeps its entry although nothing is left of what made it.
    if (!session.options.bugs.shared_gpus_booked_by_steps) node.groups[c.position].has_entry = false;
    return;
  }
  BERTH_INVARIANT(node.groups.size() == c.position + 1u, "shared devices close in reverse order");
  session.groups.resize(index_of(node.groups.back().id));
  node.groups.pop_back();
}

}  // namespace berth::policy::kai
