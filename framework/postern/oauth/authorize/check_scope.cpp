#include "postern/oauth/authorize/checks.hpp"
#include "postern/oauth/scope_text.hpp"

namespace postern::oauth {
namespace {

OAuthError invalid_scope() { return {"invalid_scope", "None of the scopes asked for is known here."}; }

}  // namespace

// A strict server would refuse a request with any scope it does not know. Assistants in the field ask for
// `offline_access`, `openid` and what other servers advertise (landscape.md 5.4), so the unknown is left out as long as
// something known remains, and the token response names what was granted (RFC 6749 sec. 3.3). `offline_access` asks for
// a refresh token, which every grant has. Nothing asked for means all there is; the consent page shows it.
Result<std::vector<std::string>, OAuthError> check_scope(const Settings& settings, const uri::Form& form) {
  const std::string* asked = form.find_only("scope");
  auto names = parse_scope_text(asked ? std::string_view{*asked} : std::string_view{});
  if (!names) return std::unexpected(invalid_scope());
  std::erase(*names, "offline_access");
  std::vector<std::string> granted;
  for (const Scope& scope : settings.scopes) {
    if (names->empty() || std::ranges::contains(*names, scope.name)) granted.push_back(scope.name);
  }
  if (granted.empty() && !settings.scopes.empty()) return std::unexpected(invalid_scope());
  return granted;
}

}  // namespace postern::oauth
