#include "postern/oauth/grants.hpp"

#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/oauth/short_hash.hpp"

namespace postern::oauth {
namespace {

std::string key_of(const std::string& grant_id) { return "grant/" + grant_id; }

}  // namespace

Task<Result<AuthorizationCode>> Grants::issue_code(Grant grant) {
  AuthorizationCode code{.grant_id = random_id(ports_.random), .secret = Secret{random_token(ports_.random)}};
  grant.id = code.grant_id;
  grant.state = GrantState::code_issued;
  grant.code_hash = base64url_encode(ports_.crypto.sha256(code.secret.reveal()));
  CO_TRY(const bool created, co_await ports_.store.create(key_of(grant.id), grant.to_record(),
                                                          ports_.clock.now() + limits::authorization_code_lifetime));
  if (!created) co_return fail(Error::Kind::unavailable, "The grant id is taken.");
  co_return code;
}

Task<Result<std::optional<Grants::Found>>> Grants::find(std::string grant_id) {
  CO_TRY(auto entry, co_await ports_.store.get(key_of(grant_id)));
  if (!entry) co_return std::nullopt;
  CO_TRY(auto grant, Grant::from_record(std::move(grant_id), entry->value));
  co_return Found{.grant = std::move(grant), .entry = *std::move(entry)};
}

Task<Result<bool>> Grants::replace(const Found& found, const Grant& changed, TimePoint expires_at) {
  return ports_.store.replace(key_of(changed.id), found.entry.version, changed.to_record(), expires_at);
}

Task<Result<void>> Grants::revoke(std::string grant_id, std::string reason) {
  for (int attempt = 0; attempt < limits::store_attempts_max; ++attempt) {
    CO_TRY(auto found, co_await find(grant_id));
    if (!found || found->grant.state == GrantState::revoked) co_return Result<void>{};
    CO_TRY(co_await revoked_.write_down(grant_id));
    Grant revoked = found->grant;
    revoked.state = GrantState::revoked;
    // It stays as long as it would have lived, so that every token of it is still recognised and refused.
    CO_TRY(const bool won, co_await replace(*found, revoked, found->entry.expires_at));
    if (!won) continue;
    co_await revoked_.announce(grant_id);
    ports_.log.write(LogLevel::info, "grant.revoked",
                     {{"grant", short_hash(ports_.crypto, grant_id)},
                      {"client", short_hash(ports_.crypto, revoked.client_id)},
                      {"user", short_hash(ports_.crypto, revoked.user.user_id)},
                      {"reason", reason}});
    co_return Result<void>{};
  }
  co_return fail(Error::Kind::unavailable, "Too many others change this grant.");
}

}  // namespace postern::oauth
