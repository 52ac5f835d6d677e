// berth get: the answer that the API would give at a simulated instant.
#include <iostream>

#include "sim/core/text.hpp"
#include "sim/records/api.hpp"
#include "tools/commands.hpp"
#include "tools/run_argument.hpp"

namespace berth::tools {

void add_get_options(po::options_description_easy_init& add) {
  add("from", po::value<std::string>()->value_name("DIR"), "the folder of a run");
  add("at", po::value<std::string>()->value_name("INSTANT"),
      "as of when: an instant or an offset from the start (default: the end)");
}

int run_get(const Arguments& arguments) {
  if (!arguments.has("from")) throw UsageError("option '--from' is missing: which run?");
  // 'GET /path' as one word or as two.
  std::string request = arguments.positional[0];
  if (arguments.positional.size() > 1) request += " " + arguments.positional[1];
  const auto blank = request.find(' ');
  if (blank == std::string::npos || request.compare(blank + 1, 1, "/") != 0)
    throw UsageError(berth::quoted(request) +
                     " is not a request; expected something like 'GET /api/v1/workloads?limit=5'");
  runs::RunReader run = open_run(arguments.text("from"));
  return runs::reading(arguments.text("from"), [&] {
    const Instant at = instant_of(run, arguments, "at");
    const simulation::World world = run.journal().world_at(at);
    const auto answer = records::answer(request.substr(0, blank), request.substr(blank + 1),
                                        run.view(world, at), run.journal());
    std::cout << answer.body << "\n";
    if (answer.status < 400) return done;
    std::cerr << "berth get: the API answers " << answer.status << "\n";
    return check_failed;
  });
}

}  // namespace berth::tools
