// The internal types of the reference policy in one include. README.md is the map of the folder.
#pragma once

#include "sim/policy/kai/known_bugs.hpp"
#include "sim/policy/kai/options.hpp"
#include "sim/policy/kai/session/indices.hpp"
#include "sim/policy/kai/session/job_info.hpp"
#include "sim/policy/kai/session/node_info.hpp"
#include "sim/policy/kai/session/queue_info.hpp"
#include "sim/policy/kai/session/request.hpp"
#include "sim/policy/kai/session/resources.hpp"
#include "sim/policy/kai/session/session.hpp"
#include "sim/policy/kai/session/task_info.hpp"
