#include <utility>

#include "postern/json/value.hpp"
#include "postern/oauth/bearer.hpp"
#include "postern/oauth/connections/connections.hpp"
#include "postern/oauth/oauth_error.hpp"
#include "postern/oauth/pages/words.hpp"
#include "postern/oauth/record.hpp"

namespace postern::oauth {
namespace {

http::Response refuse(int status, std::string_view error, std::string_view message) {
  http::Response response =
      unstored_json(status, json::serialize(json::Object{{"error", error}, {"message", message}}));
  if (status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  if (status == 503) response.headers.set("Retry-After", "5");
  return response;
}

http::Response unavailable() { return refuse(503, "unavailable", "Try again in a few seconds."); }

Task<Result<std::string, http::Response>> find_caller(Context& context, const http::Request& request) {
  const auto token = find_bearer_token(request);
  if (!token)
    co_return std::unexpected(
        refuse(401, "unauthorized", "Send the user's session token in the Authorization header."));
  auto user = co_await context.sign_in.recognize(std::string{*token});
  if (user && !user->actor.empty()) user = fail(Error::Kind::forbidden, "Somebody acts for the user.");
  if (user) {
    const Duration wait = context.take_turn(user->user_id);
    if (wait > Duration{0}) co_return std::unexpected(to_response(OAuthError::too_many_requests(wait)));
    co_return std::move(user->user_id);
  }
  if (user.error().kind == Error::Kind::unauthorized)
    co_return std::unexpected(refuse(401, "unauthorized", "The session token is not valid."));
  if (user.error().kind == Error::Kind::forbidden)
    co_return std::unexpected(refuse(403, "forbidden", "This account may not do that."));
  co_return std::unexpected(unavailable());
}

json::Value or_null(std::string text) {
  if (text.empty()) return nullptr;
  return json::Value(std::move(text));
}

json::Array describe(const CallsByConnection& calls, std::string_view grant_id) {
  json::Array described;
  const auto found = calls.find(grant_id);
  if (found == calls.end()) return described;
  for (const RecentCall& call : found->second) {
    described.push_back({{"at", to_json(call.at)},
                         {"method", call.method},
                         {"name", call.name},
                         {"title", call.title},
                         {"outcome", call.outcome},
                         {"calls", call.calls}});
  }
  return described;
}

json::Object describe(const Grant& grant, const CallsByConnection& calls) {
  return {{"id", grant.id},
          {"client_id", grant.client_id},
          {"client_name", grant.client_name},
          {"client_host", or_null(find_voucher(grant.client_id).value_or(""))},
          {"redirect_uri", grant.redirect_uri},
          {"scopes", to_json(grant.scopes)},
          {"organization_id", or_null(grant.user.organization_id)},
          {"actor", or_null(grant.user.actor)},
          {"connected_at", to_json(grant.started_at)},
          {"last_used_at", to_json(grant.rotated_at)},
          {"recent_calls", describe(calls, grant.id)}};
}

}  // namespace

Task<http::Response> list_connections(Context& context, const http::Request& request) {
  auto user_id = co_await find_caller(context, request);
  if (!user_id) co_return std::move(user_id).error();
  const auto grants = co_await context.grants.find_by_user(*user_id);
  if (!grants) co_return unavailable();
  const CallsByConnection calls = co_await find_recent_calls(context, *grants);
  json::Array connections;
  for (const Grant& grant : *grants) connections.push_back(describe(grant, calls));
  co_return unstored_json(200, json::serialize(json::Object{{"connections", std::move(connections)}}));
}

Task<http::Response> delete_connections(Context& context, const http::Request& request) {
  auto user_id = co_await find_caller(context, request);
  if (!user_id) co_return std::move(user_id).error();
  const auto done = co_await disconnect_all(context, *std::move(user_id));
  co_return done ? http::Response::empty(204) : unavailable();
}

Task<http::Response> delete_connection(Context& context, const http::Request& request, std::string id) {
  auto user_id = co_await find_caller(context, request);
  if (!user_id) co_return std::move(user_id).error();
  const auto done = co_await disconnect_one(context, *std::move(user_id), std::move(id));
  if (!done) co_return unavailable();
  co_return *done ? http::Response::empty(204) : refuse(404, "not_found", "You have no such connection.");
}

}  // namespace postern::oauth
