// POST /revoke (RFC 7009): ends the whole grant, whichever of its tokens is presented. What is unknown, or another
// client's, gets the same empty 200: there is nothing to be learnt here.
#pragma once

#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/context.hpp"

namespace postern::oauth {

// Both live until the task ends.
Task<http::Response> revoke(Context& context, const http::Request& request);

}  // namespace postern::oauth
