#include <optional>
#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/http/media_type.hpp"
#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/consent/consent.hpp"
#include "postern/oauth/pending_authorization.hpp"
#include "postern/uri/form.hpp"

namespace postern::oauth {
namespace {

enum class Decision { approve, deny };
struct Decided {
  std::string handle;
  Decision decision;
};

std::optional<Decided> read_form(const http::Request& request) {
  if (!http::has_content_type(request.headers, "application/x-www-form-urlencoded")) return std::nullopt;
  if (request.body.size() > limits::oauth_body_bytes_max) return std::nullopt;
  const auto form = uri::Form::parse(request.body);
  if (!form) return std::nullopt;
  const std::string* handle = form->find_only("handle");
  const std::string* decision = form->find_only("decision");
  const auto bytes = handle ? base64url_decode(*handle) : std::nullopt;
  if (!bytes || bytes->size() != 32 || !decision) return std::nullopt;
  if (*decision == "approve") return Decided{*handle, Decision::approve};
  if (*decision == "deny") return Decided{*handle, Decision::deny};
  return std::nullopt;
}

// Whose page this was is looked at first, and only then is it used up: a stranger cannot spend another's handle.
Task<Result<std::optional<PendingAuthorization>>> take_consent(Context& context, const http::Request& request,
                                                               std::string handle) {
  const std::string key = "consent/" + handle;
  CO_TRY(auto shown, co_await context.ports.store.get(key));
  if (!shown) co_return std::nullopt;
  CO_TRY(auto pending, PendingAuthorization::from_record(shown->value));
  if (!is_same_browser(consent_cookie, context, request, pending.browser_hash)) co_return std::nullopt;
  CO_TRY(auto taken, co_await context.ports.store.take(key));
  if (!taken) co_return std::nullopt;
  co_return pending;
}

Task<http::Response> send_to_sign_in(Context& context, const http::Request& request, PendingAuthorization pending) {
  const Ports& ports = context.ports;
  const Secret secret = browser_secret(sign_in_cookie, context, request);
  pending.browser_hash = browser_hash(ports.crypto, secret);
  pending.started_at = ports.clock.now();
  const std::string state = random_token(ports.random);
  auto kept =
      co_await ports.store.put("sign_in/" + state, pending.to_record(), pending.started_at + limits::sign_in_lifetime);
  if (!kept)
    co_return send_error(context.settings, request.method, {pending.redirect_uri, pending.state}, kept.error());
  http::Response response = send_browser_to(
      request.method,
      context.sign_in.begin(
          {.state = state, .callback_url = context.settings.issuer + "/callback", .client_name = pending.client_name}));
  response.headers.add("Set-Cookie", set_cookie(sign_in_cookie, context.settings, secret));
  co_return response;
}

http::Response refuse(const Context& context) {
  return context.pages.problem(400, "This page has been used or is too old",
                               "Nothing was shared. Start again from your assistant.");
}

}  // namespace

Task<http::Response> decide_consent(Context& context, const http::Request& request) {
  const auto decided = read_form(request);
  if (!decided || !is_same_origin(context.settings, request)) co_return refuse(context);
  auto taken = co_await take_consent(context, request, decided->handle);
  if (!taken)
    co_return context.pages.problem(503, "Not just now",
                                    "Something we depend on is not answering. Try again in a minute.");
  if (!*taken) co_return refuse(context);
  PendingAuthorization pending = **std::move(taken);
  const bool approved = decided->decision == Decision::approve;
  context.ports.log.write(LogLevel::info, approved ? "consent.approved" : "consent.denied",
                          {{"request", request.id}, {"client", context.hash(pending.client_id)}});
  if (approved) co_return co_await send_to_sign_in(context, request, std::move(pending));
  co_return send_error(context.settings, request.method, {pending.redirect_uri, pending.state},
                       {"access_denied", "The user said no."});
}

}  // namespace postern::oauth
