// POST /register: dynamic client registration (RFC 7591), for clients without a metadata document.
//
// Anyone may register, so nothing about it costs much: see clients.hpp for how equal registrations become one record
// and unused ones go away. Nothing that a registration names is ever fetched.
#pragma once

#include <string_view>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/json/value.hpp"
#include "postern/oauth/client.hpp"
#include "postern/oauth/context.hpp"
#include "postern/oauth/oauth_error.hpp"

namespace postern::oauth {

// Context and request live until the task ends.
Task<http::Response> register_client(Context& context, const http::Request& request);

// What the body says, checked: invalid_redirect_uri or invalid_client_metadata otherwise (RFC 7591 sec. 3.2.2).
[[nodiscard]] Result<ClientMetadata, OAuthError> check_client_metadata(std::string_view body);
[[nodiscard]] Result<ClientMetadata, OAuthError> check_client_metadata(const json::Object& members);

}  // namespace postern::oauth
