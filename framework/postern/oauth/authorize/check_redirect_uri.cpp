#include "postern/oauth/authorize/checks.hpp"
#include "postern/uri/redirect.hpp"

namespace postern::oauth {

// Always asked for, also of a client that registered only one (OAuth 2.1 sec. 4.1.1 allows no guess with several; one
// rule for all is simpler). The rules of registration hold again: a loopback port is free, nothing else is.
Result<std::string, OAuthError> check_redirect_uri(const RegisteredClient& client, const uri::Form& form) {
  const std::string* redirect_uri = form.find_only("redirect_uri");
  if (!redirect_uri) return std::unexpected(OAuthError{"invalid_request", "There must be one redirect_uri."});
  if (!uri::check_redirect_uri(*redirect_uri) || !client.allows_redirect_to(*redirect_uri))
    return std::unexpected(OAuthError{"invalid_request", "The client did not register this redirect_uri."});
  return *redirect_uri;
}

}  // namespace postern::oauth
