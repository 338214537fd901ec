#include "postern/oauth/grants.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/oauth/remembered_consent.hpp"
#include "postern/oauth/short_hash.hpp"
#include "postern/ports/store_pages.hpp"

namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

// An entry that lives a day longer than its grant is written again once a day, and not at each refresh.
constexpr Duration indexed_for = limits::refresh_token_lifetime + 24h;

std::string key_of(const std::string& grant_id) { return "grant/" + grant_id; }
std::string of_user(const std::string& user_id) { return "user/" + user_id + "/"; }
std::string of_account(const SignedInUser& user) { return of_user(account_of(user.user_id, user.organization_id)); }
std::string of_organization(const std::string& organization_id) { return "organization/" + organization_id + "/"; }

std::string grant_id_in(const std::string& key) { return key.substr(key.rfind('/') + 1); }

bool rests_on(const Grant& grant, const EndedAccess& ended) {
  const auto fits = [](const std::string& named, const std::string& own) { return named.empty() || named == own; };
  return fits(ended.user_id, grant.user.user_id) && fits(ended.session_id, grant.user.session_id) &&
         fits(ended.organization_id, grant.user.organization_id) &&
         grant.started_at <= ended.ended_at + limits::clock_skew;
}

}  // namespace

Task<Result<AuthorizationCode>> Grants::issue_code(Grant grant) {
  AuthorizationCode code{.grant_id = random_id(ports_.random), .secret = Secret{random_token(ports_.random)}};
  grant.id = code.grant_id;
  grant.state = GrantState::code_issued;
  grant.started_at = ports_.clock.now();
  grant.indexed_until = grant.started_at + indexed_for;
  grant.code_hash = base64url_encode(ports_.crypto.sha256(code.secret.reveal()));
  CO_TRY(co_await index(grant));
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

Task<Result<std::vector<Grant>>> Grants::find_by_user(std::string user_id) {
  StorePages pages{ports_.store, of_user(user_id)};
  std::vector<Grant> active;
  while (!pages.ended()) {
    CO_TRY(const auto page, co_await pages.next());
    for (const Store::KeyedEntry& listed : page) {
      CO_TRY(auto found, co_await find(grant_id_in(listed.key)));
      if (found && found->grant.state == GrantState::active) active.push_back(std::move(found->grant));
    }
  }
  std::ranges::sort(active, std::ranges::greater{}, &Grant::rotated_at);
  co_return active;
}

Task<Result<bool>> Grants::replace(const Found& found, Grant changed, TimePoint expires_at) {
  const std::uint64_t version = found.entry.version;
  if (expires_at > changed.indexed_until) {
    changed.indexed_until = ports_.clock.now() + indexed_for;
    CO_TRY(co_await index(changed));
  }
  co_return co_await ports_.store.replace(key_of(changed.id), version, changed.to_record(), expires_at);
}

Task<Result<void>> Grants::index(Grant grant) {
  CO_TRY(co_await ports_.store.put(of_account(grant.user) + grant.id, "", grant.indexed_until));
  if (grant.user.organization_id.empty()) co_return Result<void>{};
  co_return co_await ports_.store.put(of_organization(grant.user.organization_id) + grant.id, "", grant.indexed_until);
}

Task<Result<void>> Grants::remove_from_index(Grant grant) {
  CO_TRY(co_await ports_.store.remove(of_account(grant.user) + grant.id));
  if (grant.user.organization_id.empty()) co_return Result<void>{};
  co_return co_await ports_.store.remove(of_organization(grant.user.organization_id) + grant.id);
}

// Told last of all, for it ends the calls of this connection, and one of them may be who awaits this. Told as well when
// something failed, or when it is revoked already by somebody who may have been cut off: it is refused everywhere.
Task<Result<void>> Grants::revoke(std::string grant_id, std::string reason) {
  const auto was_there = co_await end(grant_id, std::move(reason));
  if (!was_there || *was_there) co_await revoked_.announce(std::move(grant_id));
  if (!was_there) co_return std::unexpected(was_there.error());
  co_return Result<void>{};
}

Task<Result<bool>> Grants::end(std::string grant_id, std::string reason) {
  for (int attempt = 0; attempt < limits::store_attempts_max; ++attempt) {
    CO_TRY(auto found, co_await find(grant_id));
    if (!found || found->grant.state == GrantState::revoked) co_return found.has_value();
    CO_TRY(co_await forget_consent(ports_, account_of(found->grant.user.user_id, found->grant.user.organization_id),
                                   found->grant.client_id));
    CO_TRY(co_await revoked_.write_down(grant_id));
    Grant revoked = found->grant;
    revoked.state = GrantState::revoked;
    // It stays as long as it would have lived, so that every token of it is still recognised and refused.
    CO_TRY(const bool won, co_await replace(*found, revoked, found->entry.expires_at));
    if (!won) continue;
    CO_TRY(co_await remove_from_index(revoked));
    ports_.log.write(LogLevel::info, "grant.revoked",
                     {{"grant", short_hash(ports_.crypto, grant_id)},
                      {"client", short_hash(ports_.crypto, revoked.client_id)},
                      {"user", short_hash(ports_.crypto, revoked.user.user_id)},
                      {"reason", reason}});
    co_return true;
  }
  co_return fail(Error::Kind::unavailable, "Too many others change this grant.");
}

Task<Result<void>> Grants::revoke_all(EndedAccess ended, std::string reason) {
  StorePages pages{ports_.store,
                   ended.user_id.empty() ? of_organization(ended.organization_id) : of_user(ended.user_id)};
  while (!pages.ended()) {
    CO_TRY(const auto page, co_await pages.next());
    for (const Store::KeyedEntry& listed : page) {
      CO_TRY(const auto found, co_await find(grant_id_in(listed.key)));
      if (!found || !rests_on(found->grant, ended)) continue;
      CO_TRY(co_await revoke(found->grant.id, reason));
    }
  }
  co_return Result<void>{};
}

// The user's streams are told before the last step, which ends them: who looks again then has to refresh first.
Task<Result<void>> Grants::outdate_tokens(std::string user_id, std::string organization_id) {
  StorePages pages{ports_.store, of_user(user_id)};
  std::vector<std::string> outdated;
  while (!pages.ended()) {
    CO_TRY(const auto page, co_await pages.next());
    for (const Store::KeyedEntry& listed : page) {
      CO_TRY(const auto found, co_await find(grant_id_in(listed.key)));
      if (!found || found->grant.user.organization_id != organization_id) continue;
      outdated.push_back(revoked_.until_now(found->grant.id));
      CO_TRY(co_await revoked_.write_down(outdated.back()));
    }
  }
  co_await ports_.bus.publish(std::string{rights_changed}, account_of(user_id, organization_id), {});
  for (std::string& entry : outdated) co_await revoked_.announce(std::move(entry));
  co_return Result<void>{};
}

}  // namespace postern::oauth
