#include "emulators/clerk/external_accounts.hpp"

#include <algorithm>
#include <utility>

#include "emulators/clerk/users.hpp"

namespace postern::emulator::external_accounts {

namespace {

json::Object to_json(const ExternalAccount& account) {
  return {{"object", "oauth_access_token"},
          {"external_account_id", account.id},
          {"provider_user_id", account.provider_user_id},
          {"token", account.token},
          {"expires_at", nullptr},
          {"provider", account.provider},
          {"public_metadata", json::Object{}},
          {"label", nullptr},
          {"scopes", emulator::to_json(account.scopes)}};
}

bool has_account(const User& user, std::string_view provider) {
  return std::ranges::contains(user.external_accounts, provider, &ExternalAccount::provider);
}

}  // namespace

// A provider that nobody has used is not enabled; who has no account there has no tokens.
Answer access_tokens(Call& call) {
  TRY(const User* user, users::find_user(call));
  const std::string_view provider = call.path.get("provider");
  const bool is_enabled =
      std::ranges::any_of(call.world.users, [&](const auto& entry) { return has_account(entry.second, provider); });
  if (!is_enabled) {
    return std::unexpected(ApiError{.status = 404,
                                    .code = "oauth_token_provider_not_enabled",
                                    .message = "OAuth provider not enabled",
                                    .long_message = "The provider is not enabled for this instance."});
  }
  json::Array tokens;
  for (const ExternalAccount& account : user->external_accounts)
    if (account.provider == provider) tokens.emplace_back(to_json(account));
  const std::size_t count = tokens.size();
  return paginated(std::move(tokens), count);
}

Answer connect(Call& call) {
  TRY(User * user, users::find_user(call));
  if (user->external_accounts.size() == world_limits::external_accounts_max)
    return std::unexpected(ApiError::too_many("external accounts"));
  ExternalAccount account{.id = call.world.new_id("eac_")};
  TRY(account.provider, required_text(call.body, "provider"));
  TRY(account.token, required_text(call.body, "token"));
  TRY(account.scopes, optional_texts(call.body, "scopes"));
  account.provider_user_id = account.id;
  user->external_accounts.push_back(account);
  return to_json(account);
}

}  // namespace postern::emulator::external_accounts
