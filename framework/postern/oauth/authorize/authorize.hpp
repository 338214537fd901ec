// GET /authorize: checks the request and shows the consent page. Always the page: nothing is remembered, so a link from
// elsewhere can never pass through unseen (threats 9 and 11).
#pragma once

#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/context.hpp"

namespace postern::oauth {

// Both live until the task ends.
Task<http::Response> authorize(Context& context, const http::Request& request);

}  // namespace postern::oauth
