#include "postern/base/limits.hpp"
#include "postern/http/media_type.hpp"
#include "postern/oauth/token/token.hpp"

namespace postern::oauth {

Result<uri::Form, OAuthError> check_token_form(const http::Request& request) {
  if (!http::has_content_type(request.headers, "application/x-www-form-urlencoded"))
    return std::unexpected(OAuthError{"invalid_request", "The body must be application/x-www-form-urlencoded."});
  if (request.body.size() > limits::oauth_body_bytes_max)
    return std::unexpected(OAuthError{"invalid_request", "The body is longer than 16 KB.", 413});
  auto form = uri::Form::parse(request.body);
  if (!form) return std::unexpected(OAuthError{"invalid_request", "The body cannot be read."});
  if (form->find_repeated("resource"))
    return std::unexpected(OAuthError{"invalid_request", "A parameter occurs more than once."});
  return *std::move(form);
}

}  // namespace postern::oauth
