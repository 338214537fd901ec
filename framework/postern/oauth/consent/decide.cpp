#include <optional>
#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/http/media_type.hpp"
#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/consent/consent.hpp"
#include "postern/uri/form.hpp"

namespace postern::oauth {
namespace {

enum class Decision { approve, deny };
struct Decided {
  std::string handle;
  Decision decision;
  bool remember;  // the box was ticked
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
  const bool remember = form->count("remember") > 0;
  if (*decision == "approve") return Decided{*handle, Decision::approve, remember};
  if (*decision == "deny") return Decided{*handle, Decision::deny, remember};
  return std::nullopt;
}

// What approval of this page gives this browser, however often it is pressed: nobody without the consent cookie can
// tell either of them.
SignInStart next_step(const Context& context, const http::Request& request, std::string_view handle) {
  const Secret page = browser_secret(consent_cookie, context, request);
  const auto derive = [&](std::string_view purpose) {
    return base64url_encode(context.ports.crypto.hmac_sha256(page.reveal(), std::string{purpose}.append(handle)));
  };
  return {.state = derive("state/"),
          .browser = has_cookie(sign_in_cookie, context, request) ? browser_secret(sign_in_cookie, context, request)
                                                                  : Secret{derive("browser/")}};
}

Task<http::Response> approve(Context& context, const http::Request& request, std::string handle,
                             PendingAuthorization pending) {
  const ClientCallback callback{.redirect_uri = pending.redirect_uri, .state = pending.state};
  auto begun = co_await begin_sign_in(context, request, next_step(context, request, handle), std::move(pending));
  co_return begun ? *std::move(begun) : send_error(context.settings, request.method, callback, begun.error());
}

http::Response refuse(const Context& context) {
  return context.pages.problem(400, "This page has been used or is too old",
                               "If your assistant is not connected, start again from there.");
}

// A double click: while the sign-in that the first press began is waiting, the second leads to it. It begins nothing.
Task<http::Response> approve_again(Context& context, const http::Request& request, std::string handle) {
  const SignInStart step = next_step(context, request, handle);
  auto begun = co_await context.ports.store.get("sign_in/" + step.state);
  if (!begun) co_return context.pages.unavailable();
  if (!*begun) co_return refuse(context);
  auto pending = PendingAuthorization::from_record((*begun)->value);
  if (!pending) co_return context.pages.unavailable();
  if (!constant_time_equal(browser_hash(context.ports.crypto, step.browser), pending->browser_hash))
    co_return refuse(context);
  co_return send_to_sign_in(context, request, step, *pending);
}

}  // namespace

Task<http::Response> decide_consent(Context& context, const http::Request& request) {
  const auto decided = read_form(request);
  if (!decided || !is_same_origin(context.settings, request)) co_return refuse(context);
  auto taken = co_await take_pending(context, request, consent_cookie, "consent/" + decided->handle);
  if (!taken) co_return context.pages.unavailable();
  const bool approved = decided->decision == Decision::approve;
  if (!*taken) {
    if (approved) co_return co_await approve_again(context, request, decided->handle);
    co_return refuse(context);
  }
  PendingAuthorization pending = **std::move(taken);
  context.ports.log.write(LogLevel::info, approved ? "consent.approved" : "consent.denied",
                          {{"request", request.id}, {"client", context.hash(pending.client_id)}});
  if (decided->remember) pending.approval = Approval::to_be_remembered;
  if (approved) co_return co_await approve(context, request, decided->handle, std::move(pending));
  co_return send_error(context.settings, request.method, {pending.redirect_uri, pending.state},
                       {"access_denied", "The user said no."});
}

}  // namespace postern::oauth
