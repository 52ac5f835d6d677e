#include "sim/policy/kai/node_booking.hpp"

#include "berth/core/invariant.hpp"
#include "sim/policy/kai/fit.hpp"

namespace berth::policy::kai {
namespace {

struct Takes {
  int idle = 0;  // times the request
  int releasing = 0;
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
    if (index_of(m.profile) >= node.mig_idle.size()) continue;
    node.mig_idle[index_of(m.profile)] += idle * m.count;
    node.mig_releasing[index_of(m.profile)] += releasing * m.count;
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
void take_off_by_steps(NodeInfo& node, SharedGroup& g, Lies lay, std::int64_t memory, NodeChange& c) {
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

void put_on_by_steps(NodeInfo& node, SharedGroup& g, Lies lies, std::int64_t memory, NodeChange& c) {
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

void change_group(NodeInfo& node, const NodeChange& c, int sign) {
  SharedGroup& g = node.groups[c.position];
  g.used += sign * c.used;
  g.allocated += sign * c.allocated;
  g.releasing += sign * c.released;
  g.tasks += sign * c.tasks;
  g.releasing_tasks += sign * c.releasing_tasks;
  g.pipelined_tasks += sign * c.pipelined_tasks;
  node.idle.gpus += sign * c.idle;
  node.releasing.gpus += sign * c.releasing;
}

// Undoing is booked by steps too, as a share that comes back or goes: it need not restore the whole GPUs.
void undo_by_steps(NodeInfo& node, SharedGroup& g, const NodeChange& done) {
  NodeChange c = done;
  c.idle = c.releasing = 0;
  change_group(node, c, -1);
  const Lies lay = c.releasing_tasks != 0   ? Lies::releasing
                   : c.pipelined_tasks != 0 ? Lies::pipelined
                                            : Lies::firm;
  if (c.tasks > 0) {
    take_off_by_steps(node, g, lay, c.used, c);
  } else {
    put_on_by_steps(node, g, lay, -c.used, c);
  }
  node.idle.gpus += c.idle;
  node.releasing.gpus += c.releasing;
  const bool restored =
      c.idle == -done.idle && c.releasing == -done.releasing && g.counted_releasing == done.was_counted;
  node.astray = node.astray || !restored;
}

std::size_t position_of(const NodeInfo& node, GroupIx group) {
  for (std::size_t i = 0; i < node.groups.size(); ++i) {
    if (node.groups[i].id == group) return i;
  }
  BERTH_INVARIANT(false, "a shared device is not on its task's node " + node.name);
}

// Adds what a task that lies so puts on a group.
void count(NodeChange& c, Lies l, std::int64_t memory, int sign) {
  if (l == Lies::nowhere) return;
  const bool firm = l != Lies::pipelined;
  const bool releasing = l == Lies::releasing;
  c.used += sign * memory;
  c.tasks = static_cast<std::int8_t>(c.tasks + sign);
  if (firm) c.allocated += sign * memory;
  if (releasing) {
    c.released += sign * memory;
    c.releasing_tasks = static_cast<std::int8_t>(c.releasing_tasks + sign);
  }
  if (!firm) {
    c.released -= sign * memory;
    c.pipelined_tasks = static_cast<std::int8_t>(c.pipelined_tasks + sign);
  }
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
  NodeChange room;
  room.node = node_ix;
  room.version = node.version;
  room.shape = shape_ix;
  room.idle = static_cast<std::int8_t>(takes(to).idle - takes(from).idle);
  room.releasing = static_cast<std::int8_t>(takes(to).releasing - takes(from).releasing);
  room.holders = static_cast<std::int8_t>((to != Lies::nowhere ? 1 : 0) - (from != Lies::nowhere ? 1 : 0));
  change_room(session, node, shape_ix, room.idle, room.releasing, room.holders);
  node.version = ++session.last_version;
  if (log != nullptr) log->push_back(room);

  const std::int64_t memory = device_memory_asked(node, shape);
  const auto book = [&](GroupIx group, Lies l, int sign) {
    NodeChange c;
    c.node = node_ix;
    c.version = node.version;
    c.group = true;
    c.position = static_cast<std::uint32_t>(position_of(node, group));
    SharedGroup& g = node.groups[c.position];
    c.had_entry = g.has_entry;
    c.was_counted = g.counted_releasing;
    count(c, l, memory, sign);
    const Takes before = device_takes(g);
    change_group(node, c, 1);
    if (!session.options.bugs.shared_gpus_booked_by_steps) {
      const Takes after = device_takes(g);
      c.idle = static_cast<std::int8_t>(after.idle - before.idle);
      c.releasing = static_cast<std::int8_t>(after.releasing - before.releasing);
    } else if (sign < 0) {
      take_off_by_steps(node, g, l, memory, c);
    } else {
      put_on_by_steps(node, g, l, memory, c);
    }
    node.idle.gpus += c.idle;
    node.releasing.gpus += c.releasing;
    g.has_entry = g.has_entry || (sign > 0 && l != Lies::pipelined);
    if (log != nullptr) log->push_back(c);
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
  NodeChange c;
  c.node = node_ix;
  c.version = node.version;
  c.group = true;
  c.opened = true;
  c.position = static_cast<std::uint32_t>(node.groups.size());
  node.groups.push_back(g);
  if (log != nullptr) log->push_back(c);
  return id;
}

void undo(Session& session, const NodeChange& c) {
  NodeInfo& node = session.nodes[c.node];
  if (!c.group) {
    change_room(session, node, c.shape, -c.idle, -c.releasing, -c.holders);
  } else if (c.opened) {
    BERTH_INVARIANT(node.groups.size() == c.position + 1u, "shared devices close in reverse order");
    session.groups.resize(index_of(node.groups.back().id));
    node.groups.pop_back();
  } else {
    SharedGroup& g = node.groups[c.position];
    if (session.options.bugs.shared_gpus_booked_by_steps) {
      undo_by_steps(node, g, c);
    } else {
      change_group(node, c, -1);
    }
    g.has_entry = c.had_entry;
  }
  node.version = node.astray ? ++session.last_version : c.version;
}

void leave_releasing_share(Session& session, NodeIx node_ix, ShapeIx shape_ix, GroupIx group) {
  NodeInfo& node = session.nodes[node_ix];
  NodeChange c;
  c.position = static_cast<std::uint32_t>(position_of(node, group));
  count(c, Lies::releasing, device_memory_asked(node, session.shapes[shape_ix]), 1);
  change_group(node, c, 1);
  node.version = ++session.last_version;
}

}  // namespace berth::policy::kai
