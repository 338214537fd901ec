#include "postern/oauth/authorize/checks.hpp"
#include "postern/oauth/pkce.hpp"

namespace postern::oauth {

// RFC 7636 sec. 4.3: a missing method means "plain", which is as good as none.
Result<std::string, OAuthError> check_pkce(const uri::Form& form) {
  const std::string* challenge = form.find_only("code_challenge");
  const std::string* method = form.find_only("code_challenge_method");
  if (!challenge) return std::unexpected(OAuthError{"invalid_request", "code_challenge is missing: PKCE is required."});
  if (!method || *method != "S256")
    return std::unexpected(OAuthError{"invalid_request", "code_challenge_method must be S256."});
  if (!is_pkce_value(*challenge))
    return std::unexpected(OAuthError{"invalid_request", "code_challenge must be 43 to 128 unreserved characters."});
  return *challenge;
}

}  // namespace postern::oauth
