#include "postern/oauth/remembered_consent.hpp"

#include <algorithm>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/oauth/scope_text.hpp"

namespace postern::oauth {
namespace {

std::string key_of(const Ports& ports, std::string_view account, std::string_view client_id) {
  return concat("remembered_consent/", account, "/", base64url_encode(ports.crypto.sha256(client_id)));
}

// What stands before the scopes. Neither of the two has a line break in it.
std::string circumstances(const Consent& consent) { return concat(consent.redirect_uri, "\n", consent.resource, "\n"); }

}  // namespace

Task<Result<void>> remember_consent(const Ports& ports, Consent given) {
  return ports.store.put(key_of(ports, given.account(), given.client_id),
                         circumstances(given) + scope_text(given.scopes),
                         ports.clock.now() + limits::remembered_consent_lifetime);
}

Task<Result<bool>> is_remembered(const Ports& ports, Consent asked) {
  CO_TRY(const auto record, co_await ports.store.get(key_of(ports, asked.account(), asked.client_id)));
  const std::string same = circumstances(asked);
  if (!record || !record->value.starts_with(same)) co_return false;
  const auto agreed = parse_scope_text(std::string_view{record->value}.substr(same.size()));
  co_return agreed&& std::ranges::all_of(
      asked.scopes, [&](const std::string& scope) { return std::ranges::contains(*agreed, scope); });
}

Task<Result<void>> forget_consent(const Ports& ports, std::string_view account, std::string_view client_id) {
  return ports.store.remove(key_of(ports, account, client_id));
}

}  // namespace postern::oauth
