// GET /authorize: checks the request and shows the consent page, unless the person in front of the browser has agreed
// to the same before and did not want to be asked again (consent/consent.hpp; threats 9 and 11).
#pragma once

#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/context.hpp"

namespace postern::oauth {

// Both live until the task ends.
Task<http::Response> authorize(Context& context, const http::Request& request);

}  // namespace postern::oauth
