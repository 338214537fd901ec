#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/consent/consent.hpp"

namespace postern::oauth {
namespace {

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

// A double click: while the sign-in that the first press began is waiting, the second leads to it. It begins nothing.
Task<http::Response> approve_again(Context& context, const http::Request& request, std::string handle) {
  const SignInStart step = next_step(context, request, handle);
  auto begun = co_await context.ports.store.get("sign_in/" + step.state);
  if (!begun) co_return context.pages.unavailable();
  if (!*begun) co_return refuse_decision(context);
  auto pending = PendingAuthorization::from_record((*begun)->value);
  if (!pending) co_return context.pages.unavailable();
  if (!constant_time_equal(browser_hash(context.ports.crypto, step.browser), pending->browser_hash))
    co_return refuse_decision(context);
  co_return send_to_sign_in(context, request, step, *pending);
}

}  // namespace

Task<http::Response> decide_consent(Context& context, const http::Request& request) {
  const auto decided = read_decision(context.settings, request);
  if (!decided) co_return refuse_decision(context);
  auto taken = co_await take_pending(context, request, consent_cookie, "consent/" + decided->handle);
  if (!taken) co_return context.pages.unavailable();
  const bool approved = decided->button == Decided::Button::approve;
  if (!*taken) {
    if (approved) co_return co_await approve_again(context, request, decided->handle);
    co_return refuse_decision(context);
  }
  PendingAuthorization pending = **std::move(taken);
  context.ports.log.write(LogLevel::info, approved ? "consent.approved" : "consent.denied",
                          {{"request", request.id}, {"client", context.hash(pending.client_id)}});
  if (decided->form.count("remember") > 0) pending.approval = Approval::to_be_remembered;
  if (approved) co_return co_await approve(context, request, decided->handle, std::move(pending));
  co_return send_error(context.settings, request.method, {pending.redirect_uri, pending.state},
                       {"access_denied", "The user said no."});
}

}  // namespace postern::oauth
