#include "postern/oauth/authorize/checks.hpp"

namespace postern::oauth {

Result<void, OAuthError> check_parameters(const uri::Form& form) {
  if (form.find_repeated("resource"))
    return std::unexpected(OAuthError{"invalid_request", "A parameter occurs more than once."});
  return {};
}

}  // namespace postern::oauth
