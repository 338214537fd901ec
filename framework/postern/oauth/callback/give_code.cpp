#include <utility>

#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/callback/callback.hpp"
#include "postern/oauth/consent/consent.hpp"

namespace postern::oauth {

http::Response refuse_user(const Context& context, const http::Request& request, const Error& error) {
  context.ports.log.write(LogLevel::info, "sign_in.refused",
                          {{"request", request.id}, {"reason", to_string(error.kind)}});
  switch (error.kind) {
    case Error::Kind::unauthorized:
    case Error::Kind::invalid:
      return context.pages.problem(400, "Your sign-in could not be confirmed",
                                   "Start again from your assistant, and sign in when asked.");
    case Error::Kind::forbidden:
      return context.pages.problem(403, "This account may not connect",
                                   "Ask the people who run this service, or sign in with another account and start "
                                   "again from your assistant.");
    case Error::Kind::not_found:
    case Error::Kind::conflict:
    case Error::Kind::limited:
    case Error::Kind::unavailable:
    case Error::Kind::internal:
      break;
  }
  return context.pages.unavailable();
}

Task<http::Response> give_code(Context& context, const http::Request& request, PendingAuthorization pending,
                               SignedInUser user) {
  std::string person;  // the cookie's text, if there is something to remember
  if (pending.approval == Approval::to_be_remembered && pending.can_be_remembered() && user.actor.empty()) {
    if (co_await remember_consent(context.ports, consent_of(context, pending, user)))
      person = set_person_cookie(context, user);
  }
  const std::string client_hash = context.hash(pending.client_id);
  const std::string user_hash = context.hash(user.user_id);
  auto code = co_await context.grants.issue_code({.client_id = std::move(pending.client_id),
                                                  .client_name = std::move(pending.client_name),
                                                  .user = std::move(user),
                                                  .scopes = std::move(pending.scopes),
                                                  .resource = std::move(pending.resource),
                                                  .redirect_uri = pending.redirect_uri,
                                                  .code_challenge = std::move(pending.code_challenge)});
  if (!code) co_return context.pages.unavailable();
  context.ports.log.write(
      LogLevel::info, "code.issued",
      {{"request", request.id}, {"grant", context.hash(code->grant_id)}, {"client", client_hash}, {"user", user_hash}});
  http::Response response =
      send_code(context.settings, request.method, {pending.redirect_uri, pending.state}, code->text());
  if (!person.empty()) response.headers.add("Set-Cookie", person);
  co_return response;
}

}  // namespace postern::oauth
