#include "postern/oauth/scope_hierarchy.hpp"
#include "postern/oauth/scope_text.hpp"
#include "postern/oauth/token/token.hpp"

namespace postern::oauth {

// Assistants repeat the scope of their authorization request here, with whatever was left out then; that is left out
// again. A scope that we know and that was not granted is an attempt to widen.
Result<std::vector<std::string>, OAuthError> check_narrowed_scope(const Settings& settings, const Grant& grant,
                                                                  const uri::Form& form) {
  const std::string* asked = form.find_only("scope");
  const auto names = parse_scope_text(asked ? std::string_view{*asked} : std::string_view{});
  if (!names) return std::unexpected(OAuthError{"invalid_scope", "The scope cannot be read."});
  const std::vector<std::string> granted = with_included(settings.scopes, grant.scopes);
  std::vector<std::string> narrowed;
  for (const std::string& name : *names) {
    if (std::ranges::contains(granted, name))
      narrowed.push_back(name);
    else if (settings.knows_scope(name))
      return std::unexpected(OAuthError{"invalid_scope", "A scope is asked for that was not granted."});
  }
  return narrowed.empty() ? grant.scopes : narrowed;
}

}  // namespace postern::oauth
