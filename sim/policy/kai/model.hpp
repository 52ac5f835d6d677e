// The internal types of the reference policy in one include. README.md is the map of the folder.
#pragma once

#include "sim/policy/kai/indices.hpp"
#include "sim/policy/kai/job_info.hpp"
#include "sim/policy/kai/known_bugs.hpp"
#include "sim/policy/kai/node_info.hpp"
#include "sim/policy/kai/options.hpp"
#include "sim/policy/kai/queue_info.hpp"
#include "sim/policy/kai/request.hpp"
#include "sim/policy/kai/resources.hpp"
#include "sim/policy/kai/session.hpp"
#include "sim/policy/kai/task_info.hpp"
