// berth check --capture DIR --at T: one cycle of a run as a policy case.
#include <iostream>

#include "sim/runs/captured_cycle.hpp"
#include "tools/check_modes.hpp"
#include "tools/run_argument.hpp"
#include "tools/whole_file.hpp"

namespace berth::tools {

int capture_cycle(const Arguments& arguments) {
  if (!arguments.has("at")) throw UsageError("'--capture' needs '--at'");
  if (arguments.positional.size() > 1) throw UsageError("--capture writes one file");
  const std::string path = arguments.text("capture");
  const runs::RunReader run = open_run(path);
  return runs::reading(path, [&] {
    const runs::CapturedCycle cycle = runs::capture_cycle(run, instant_of(run, arguments, "at"));
    if (!cycle.decided_alike)
      std::cerr
          << "berth check: warning: the case is decided differently from the run's cycle; what it expects is "
             "what comes of the case\n";
    const scenario::PolicyCase& one = cycle.one;
    if (arguments.positional.empty()) {
      std::cout << cycle.line;
    } else {
      write_whole_file(arguments.positional[0], cycle.line);
      if (!arguments.quiet)
        std::cout << "case " << one.id << ": " << one.cluster.nodes.size() << " nodes, "
                  << one.workloads.all.size() << " jobs, " << one.workloads.pods.size()
                  << " tasks, written to " << arguments.positional[0] << "\n";
    }
    return done;
  });
}

}  // namespace berth::tools
