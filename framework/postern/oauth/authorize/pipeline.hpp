// From the query of GET /authorize to a request that may be shown to a person, or a refusal.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/client.hpp"
#include "postern/oauth/context.hpp"
#include "postern/oauth/oauth_error.hpp"

namespace postern::oauth {

struct AuthorizationRequest {
  RegisteredClient client;
  ClientCallback callback;
  std::string code_challenge;
  std::string resource;
  std::vector<std::string> scopes;
  bool has_prompt;  // the client has something to say about what its user is asked (OpenID Connect Core sec. 3.1.2.1)
};

struct AuthorizationRefusal {
  OAuthError error;
  std::optional<ClientCallback> callback;  // nobody to tell but the person in front of the browser, if empty
};

// `context` and `query` live until the task ends.
Task<Result<AuthorizationRequest, AuthorizationRefusal>> check_authorization_request(Context& context,
                                                                                     std::string_view query);

}  // namespace postern::oauth
