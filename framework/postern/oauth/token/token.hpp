// POST /token (RFC 6749 sec. 3.2): a code or a refresh token in, an access token and a refresh token out.
#pragma once

#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/context.hpp"
#include "postern/oauth/oauth_error.hpp"
#include "postern/uri/form.hpp"

namespace postern::oauth {

// Context, request and form live until the tasks end.
Task<http::Response> token(Context& context, const http::Request& request);

// A form of reasonable size and of the right type, with no parameter twice (threat 33).
[[nodiscard]] Result<uri::Form, OAuthError> check_token_form(const http::Request& request);

// The id of the client that is asking: by header or by body, never both (RFC 6749 sec. 2.3). Used by /revoke as well.
// A client with a metadata document is public, so its document is not asked for: what a code or a refresh token is
// bound to is the id.
Task<Result<std::string, OAuthError>> check_client_authentication(Context& context, const http::Request& request,
                                                                  const uri::Form& form);

// An active grant, and what of it the access token is for.
struct Granted {
  Grant grant;
  std::vector<std::string> scopes;
};
Task<Result<Granted, OAuthError>> grant_authorization_code(Context& context, std::string client_id,
                                                           const uri::Form& form);
Task<Result<Granted, OAuthError>> grant_refresh_token(Context& context, std::string client_id, const uri::Form& form);

// The scopes of a refresh: those of the grant, or fewer; never more (RFC 6749 sec. 6, threat 52).
[[nodiscard]] Result<std::vector<std::string>, OAuthError> check_narrowed_scope(const Settings& settings,
                                                                                const Grant& grant,
                                                                                const uri::Form& form);

}  // namespace postern::oauth
