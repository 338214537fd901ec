// The checks of an authorization request, one file each; pipeline.cpp has their order.
//
// The first two are about who to answer: until both have passed, what is wrong is shown on a page of ours, and nobody
// is redirected anywhere (RFC 6749 sec. 4.1.2.1, threat 1). What the others find goes back to the client.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/oauth/client.hpp"
#include "postern/oauth/context.hpp"
#include "postern/oauth/oauth_error.hpp"
#include "postern/oauth/settings.hpp"
#include "postern/uri/form.hpp"

namespace postern::oauth {

// `context` and `form` live until the task ends.
Task<Result<RegisteredClient, OAuthError>> check_client(Context& context, const uri::Form& form);
[[nodiscard]] Result<std::string, OAuthError> check_redirect_uri(const RegisteredClient& client, const uri::Form& form);

// No parameter twice (RFC 6749 sec. 3.1), but for `resource` (RFC 8707 sec. 2).
[[nodiscard]] Result<void, OAuthError> check_parameters(const uri::Form& form);
[[nodiscard]] Result<void, OAuthError> check_response_type(const uri::Form& form);
// The code_challenge, with S256: of every client, whatever its type (threat 5).
[[nodiscard]] Result<std::string, OAuthError> check_pkce(const uri::Form& form);
// The one resource we serve; also used at the token endpoint, where it may not be another either.
[[nodiscard]] Result<std::string, OAuthError> check_resource(const Settings& settings, const uri::Form& form);
// What may be granted of what is asked.
[[nodiscard]] Result<std::vector<std::string>, OAuthError> check_scope(const Settings& settings, const uri::Form& form);

}  // namespace postern::oauth
