#include "postern/clerk/bridge.hpp"

#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"

namespace postern::clerk {

std::string BridgeSignIn::begin(const oauth::SignInRequest& request) {
  uri::Form query{{"state", request.state}, {"callback_url", request.callback_url}};
  if (!request.client_name.empty()) query.add("client_name", request.client_name);
  return concat(settings_.app.origin(), settings_.sign_in_path, "?", query.serialize());
}

Task<Result<oauth::SignedInUser>> BridgeSignIn::complete(const oauth::SignInReturn& returned) {
  if (returned.transport == oauth::CallbackTransport::query && settings_.query_token == QueryToken::refuse)
    co_return refuse("token_in_query");
  const std::string* token = returned.parameters.find_only("clerk_token");
  if (token == nullptr) co_return refuse("no_token");
  CO_TRY(auto claims, co_await verifier_.verify(*token));
  if (claims.issued_at < returned.started_at - limits::clock_skew) co_return refuse("older_than_the_flow");
  CO_TRY(co_await use(*token, claims.expires_at, returned.browser));
  co_return co_await standing_.recognize(std::move(claims));
}

Task<Result<oauth::SignedInUser>> BridgeSignIn::recognize(std::string session_token) {
  CO_TRY(auto claims, co_await verifier_.verify(std::move(session_token)));
  co_return co_await standing_.recognize(std::move(claims));
}

Task<std::vector<oauth::Organization>> BridgeSignIn::find_organizations(std::string user_id) {
  return standing_.find_organizations(std::move(user_id));
}

Task<Result<oauth::SignedInUser>> BridgeSignIn::confirm(const oauth::SignedInUser& user) {
  return standing_.confirm(user);
}

// Two browsers with one token may race: create() has one winner. The record outlives the token by the skew that the
// verifier allows it.
Task<Result<void>> BridgeSignIn::use(std::string token, TimePoint expires_at, std::string browser) {
  const std::string key = "bridge_token/" + hex_encode(ports_.crypto.sha256(token));
  CO_TRY(const bool is_first, co_await ports_.store.create(key, browser, expires_at + limits::clock_skew));
  if (is_first) co_return Result<void>{};
  CO_TRY(const auto used_by, co_await ports_.store.get(key));
  if (!used_by || !constant_time_equal(used_by->value, browser)) co_return refuse("used_by_another_browser");
  co_return Result<void>{};
}

std::unexpected<Error> BridgeSignIn::refuse(std::string_view reason) const {
  ports_.log.write(LogLevel::info, "bridge.refused", {{"reason", reason}});
  return fail(Error::Kind::unauthorized, "The sign-in could not be verified. Start again from your assistant.");
}

}  // namespace postern::clerk
