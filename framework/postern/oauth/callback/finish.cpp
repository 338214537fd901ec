#include <optional>
#include <utility>

#include "postern/oauth/callback/callback.hpp"
#include "postern/oauth/connections/connections.hpp"
#include "postern/oauth/consent/consent.hpp"
#include "postern/oauth/pending_authorization.hpp"

namespace postern::oauth {

Task<http::Response> finish_sign_in(Context& context, const http::Request& request, CallbackArrival arrival) {
  const std::string* state = arrival.parameters.find_only("state");
  if (!state) co_return refuse_callback(context, request, "no state");
  auto pending = co_await take_pending(context, request, sign_in_cookie, "sign_in/" + *state);
  if (!pending) co_return context.pages.unavailable();
  if (!*pending) co_return refuse_callback(context, request, "an unknown or used state, or another browser");
  const SignInReturn returned{.parameters = std::move(arrival.parameters),
                              .transport = arrival.transport,
                              .started_at = (*pending)->started_at,
                              .browser = (*pending)->browser_hash};
  auto user = co_await context.sign_in.complete(returned);
  if (!user) co_return refuse_user(context, request, user.error());
  if (const Duration wait = context.take_turn(user->user_id); wait > Duration{0})
    co_return context.pages.too_often(wait);
  if ((*pending)->is_visit()) {
    if (!user->actor.empty()) co_return refuse_user(context, request, {Error::Kind::forbidden, ""});
    co_return welcome_visitor(context, request, *user);
  }
  if (!co_await is_agreed(context, **pending, *user)) {
    auto organizations = co_await find_choice(context, *user);
    if (organizations.size() > 1)
      co_return co_await ask_for_organization(context, request, **std::move(pending), *std::move(user),
                                              std::move(organizations));
    if ((*pending)->approval == Approval::remembered)
      co_return co_await ask_for_consent(context, request, **std::move(pending));
  }
  co_return co_await give_code(context, request, **std::move(pending), *std::move(user));
}

}  // namespace postern::oauth
