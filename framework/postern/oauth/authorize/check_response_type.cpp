#include "postern/oauth/authorize/checks.hpp"

namespace postern::oauth {

Result<void, OAuthError> check_response_type(const uri::Form& form) {
  const std::string* response_type = form.find_only("response_type");
  if (!response_type) return std::unexpected(OAuthError{"invalid_request", "response_type is missing."});
  if (*response_type != "code")
    return std::unexpected(OAuthError{"unsupported_response_type", "The only response_type here is code."});
  return {};
}

}  // namespace postern::oauth
