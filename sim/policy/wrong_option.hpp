// Why a text is no option of a policy, for error messages.
#pragma once

#include <string>
#include <string_view>

namespace berth::policy {

// `option` is none of the policy's: a sentence without a full stop, with the policies whose it is, else the nearest of its own.
std::string wrong_option(std::string_view policy, std::string_view option);

}  // namespace berth::policy
