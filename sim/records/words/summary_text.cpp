// The two forms of a summary.
#include <algorithm>
#include <array>

#include "berth/core/time_text.hpp"
#include "sim/core/text.hpp"
#include "sim/records/words/summary.hpp"

namespace berth::records {
namespace {

std::string seconds_text(Wait wait) {
  return (wait.at_least ? "> " : "") + print_decimal(wait.length.micros, 6);
}

void write_wait(JsonWriter& out, std::string_view key, Wait wait) {
  out.key(key);
  if (wait.at_least)
    out.string(seconds_text(wait));
  else
    out.micro(wait.length.micros);
}

void write_waits(JsonWriter& out, const Waits& waits) {
  out.begin_object().key("count").integer(static_cast<std::int64_t>(waits.count()));
  if (waits.count() > 0) {
    write_wait(out, "mean", waits.mean());
    write_wait(out, "p50", waits.quantile(50));
    write_wait(out, "p90", waits.quantile(90));
    write_wait(out, "p99", waits.quantile(99));
  }
  out.end_object();
}

void write_named(JsonWriter& out, std::string_view key, const std::vector<NamedWaits>& all) {
  out.key(key).begin_object();
  for (const auto& [name, waits] : all) {
    out.key(name);
    write_waits(out, waits);
  }
  out.end_object();
}

std::string left(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}
std::string right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

// One decimal, rounded: "12.3%".
std::string percent(std::int64_t micro) {
  return print_fixed((micro + 50'000) / 100'000, 1) + "%";
}
std::string gpus(GpuMilli milli) {
  return milli.value % 1000 == 0 ? grouped(milli.value / 1000) : print_decimal(milli.value, 3);
}

constexpr std::size_t label_width = 16, number_width = 12;

std::string line(const std::string& label, const std::string& number, const std::string& rest) {
  std::string out = "  " + left(label, label_width) + right(number, number_width);
  if (!rest.empty()) out += "   " + rest;
  return out + "\n";
}

std::string wait_line(const std::string& label, const Waits& waits) {
  const auto cell = [](Wait wait) {
    return right((wait.at_least ? "> " : "") + short_duration(wait.length), number_width);
  };
  return "  " + left(label, label_width) +
         right(grouped(static_cast<std::int64_t>(waits.count())), number_width) + cell(waits.mean()) +
         cell(waits.quantile(50)) + cell(waits.quantile(90)) + cell(waits.quantile(99)) + "\n";
}

// A list for people stays short; the machine's form has all of it.
constexpr std::size_t shown_at_most = 12;

void waits_text(std::string& out, const std::string& title, const std::vector<NamedWaits>& all) {
  if (all.size() < 2) return;
  for (std::size_t i = 0; i < std::min(all.size(), shown_at_most); ++i)
    out += wait_line(title + " " + all[i].name, all[i].waits);
  if (all.size() > shown_at_most)
    out += "  ... and " + std::to_string(all.size() - shown_at_most) + " more " + title + "s\n";
}

std::string phases_text(const Summary& summary) {
  std::string out;
  for (const auto& [phase, count] : summary.by_phase)
    out += (out.empty() ? "" : ", ") + phase + " " + grouped(count);
  return out;
}

std::string end_text(const Summary& summary) {
  const std::string at = print_instant(summary.end);
  if (summary.ended == "drained") return "drained at " + at;
  if (summary.ended == "stopped") return "interrupted at " + at;
  return "to its end at " + at;
}

}  // namespace

void write_summary(JsonWriter& out, const Summary& summary) {
  out.begin_object();
  out.key("name").string(summary.name);
  out.key("seed").raw(std::to_string(summary.seed));
  out.key("policy").string(summary.policy).key("placement").string(summary.placement);
  out.key("start").instant(summary.start).key("end").instant(summary.end).key("ended").string(summary.ended);
  out.key("workloads").begin_object().key("total").integer(summary.workloads).key("by_phase").begin_object();
  for (const auto& [phase, count] : summary.by_phase) out.key(phase).integer(count);
  out.end_object().end_object();
  out.key("pods").integer(summary.pods).key("nodes").integer(summary.nodes);
  out.key("events").integer(static_cast<std::int64_t>(summary.events));
  out.key("cycles").integer(static_cast<std::int64_t>(summary.cycles));
  out.key("decisions").integer(static_cast<std::int64_t>(summary.decisions));
  out.key("transitions").integer(static_cast<std::int64_t>(summary.transitions));
  out.key("gpu_capacity_milli").integer(summary.gpu_capacity.value);
  out.key("gpu_allocated_milli").integer(summary.gpu_allocated.value);
  out.key("gpu_allocation_percent").begin_object();
  out.key("time_average")
      .micro(summary.allocation_average_micro)
      .key("end")
      .micro(summary.allocation_end_micro)
      .end_object();
  out.key("scheduled")
      .integer(summary.scheduled)
      .key("failed_to_schedule")
      .integer(summary.failed_to_schedule);
  out.key("wait_seconds").begin_object().key("all");
  write_waits(out, summary.waits);
  write_named(out, "by_project", summary.by_project);
  write_named(out, "by_node_pool", summary.by_pool);
  out.end_object();
  out.key("preemptions")
      .integer(summary.preemptions)
      .key("preempted_workloads")
      .integer(summary.preempted_workloads)
      .key("preempted_pods")
      .integer(summary.preempted_pods);
  out.key("lost_gpu_hours").micro(summary.lost_gpu_micro_hours);
  out.key("overbooked_gpu_seconds").micro(summary.overbooked_gpu_micro_seconds);
  out.key("fairness_jain");
  if (summary.fairness_micro)
    out.micro(*summary.fairness_micro);
  else
    out.null();
  if (!summary.trace.empty()) {
    out.key("trace").begin_object();
    for (const auto& [key, count] : summary.trace) out.key(key).integer(count);
    out.end_object();
  }
  out.key("waiting_for_ever").begin_array();
  for (const auto& name : summary.waiting_for_ever) out.string(name);
  out.end_array();
  out.end_object();
}

std::string summary_text(const Summary& summary) {
  std::string out = summary.name + ": " + summary.policy +
                    (summary.policy == "kai" ? "" : " with " + summary.placement) + ", seed " +
                    std::to_string(summary.seed) + "\n";
  out += line("simulated", short_duration(summary.end - summary.start),
              "from " + print_instant(summary.start) + ", " + end_text(summary));
  out += line("workloads", grouped(summary.workloads), phases_text(summary));
  out += line("started", grouped(summary.scheduled),
              summary.failed_to_schedule == 0 ? "" : grouped(summary.failed_to_schedule) + " never started");
  out += line("pods", grouped(summary.pods), "");
  out += line("nodes", grouped(summary.nodes), gpus(summary.gpu_capacity) + " GPUs");
  out += line("GPU allocation", percent(summary.allocation_average_micro),
              "on average; " + percent(summary.allocation_end_micro) + " (" + gpus(summary.gpu_allocated) +
                  " GPUs) at the end");
  // A gang that lost pods above its minimum was preempted in part: it has no preemption, its pods count.
  if (summary.preempted_pods > 0)
    out += line("preemptions", grouped(summary.preemptions),
                "of " + grouped(summary.preempted_workloads) +
                    (summary.preempted_workloads == 1 ? " workload, " : " workloads, ") +
                    grouped(summary.preempted_pods) + (summary.preempted_pods == 1 ? " pod; " : " pods; ") +
                    print_fixed((summary.lost_gpu_micro_hours + 50'000) / 100'000, 1) +
                    " GPU hours of work lost");
  if (summary.fairness_micro && summary.by_project.size() > 1)
    out += line("fairness", print_fixed((*summary.fairness_micro + 500) / 1000, 3),
                "Jain's index over projects");
  for (const auto& [key, count] : summary.trace) {
    std::string words = key;
    std::replace(words.begin(), words.end(), '_', ' ');
    out += line("trace", grouped(count), words);
  }
  out += "\n  " + left("wait", label_width);
  for (const char* column : {"workloads", "mean", "p50", "p90", "p99"}) out += right(column, number_width);
  out += "\n";
  if (summary.waits.count() > 0) out += wait_line("all", summary.waits);
  waits_text(out, "project", summary.by_project);
  waits_text(out, "pool", summary.by_pool);
  if (!summary.waiting_for_ever.empty()) {
    out += "\n  " + grouped(static_cast<std::int64_t>(summary.waiting_for_ever.size())) + " wait for ever:\n";
    for (std::size_t i = 0; i < std::min(summary.waiting_for_ever.size(), shown_at_most); ++i)
      out += "    " + summary.waiting_for_ever[i] + "\n";
    if (summary.waiting_for_ever.size() > shown_at_most)
      out += "    ... and " +
             grouped(static_cast<std::int64_t>(summary.waiting_for_ever.size() - shown_at_most)) + " more\n";
  }
  return out;
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string short_duration(Duration duration) {
  static constexpr std::array<std::pair<std::int64_t, const char*>, 5> units{{{days(1).micros, "d"},
                                                                              {hours(1).micros, "h"},
                                                                              {minutes(1).micros, "m"},
                                                                              {seconds(1).micros, "s"},
                                                                              {1000, "ms"}}};
  std::int64_t rest = duration.micros;
  if (rest < 0) return "-" + short_duration({-rest});
  std::string out;
  int parts = 0;
  for (const auto& [size, name] : units) {
    // Fractions of a second matter only where there is nothing larger.
    if (size < seconds(1).micros && parts > 0) break;
    const std::int64_t count = rest / size;
    if (count > 0) {
      out += (out.empty() ? "" : " ") + std::to_string(count) + name;
      rest %= size;
    }
    if (count > 0 || parts > 0) ++parts;
    if (parts == 2) break;
  }
  return out.empty() ? "0s" : out;
}

}  // namespace berth::records
