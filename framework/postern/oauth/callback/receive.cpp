#include <utility>

#include "postern/base/limits.hpp"
#include "postern/http/media_type.hpp"
#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/callback/callback.hpp"
#include "postern/oauth/consent/consent.hpp"

namespace postern::oauth {
namespace {

const std::string* find_state(const uri::Form& parameters) {
  const std::string* state = parameters.find_only("state");
  return state && is_handle(*state) ? state : nullptr;
}

}  // namespace

http::Response refuse_callback(const Context& context, const http::Request& request, std::string_view reason) {
  context.ports.log.write(LogLevel::info, "callback.refused", {{"request", request.id}, {"reason", reason}});
  return context.pages.problem(400, "This sign-in cannot be finished here",
                               "It was started in another browser, has been finished already, or took too long. "
                               "Start again from your assistant.");
}

Task<http::Response> callback_get(Context& context, const http::Request& request) {
  auto query = uri::Form::parse(request.query());
  if (!query || query->find_repeated()) co_return refuse_callback(context, request, "the query cannot be read");
  const std::string* handle = query->find_only("resume");
  if (!handle) {
    if (!find_state(*query)) co_return refuse_callback(context, request, "no state of ours");
    co_return co_await finish_sign_in(context, request, {*std::move(query), CallbackTransport::query});
  }
  // The one who resumes must at least be somewhere in a sign-in: another browser shall not use up the handle.
  if (!has_cookie(sign_in_cookie, context, request)) co_return refuse_callback(context, request, "no cookie");
  auto body = co_await take_from_hop(context, *handle);
  if (!body) co_return context.pages.unavailable();
  if (!*body) co_return refuse_callback(context, request, "an unknown or used handle");
  auto parameters = uri::Form::parse(**body);
  if (!parameters) co_return refuse_callback(context, request, "the form cannot be read");
  co_return co_await finish_sign_in(context, request, {*std::move(parameters), CallbackTransport::form});
}

Task<http::Response> callback_post(Context& context, const http::Request& request) {
  if (!http::has_content_type(request.headers, "application/x-www-form-urlencoded") ||
      request.body.size() > limits::oauth_body_bytes_max)
    co_return refuse_callback(context, request, "not a form");
  auto parameters = uri::Form::parse(request.body);
  if (!parameters || parameters->find_repeated())
    co_return refuse_callback(context, request, "the form cannot be read");
  const std::string* state = find_state(*parameters);
  if (!state) co_return refuse_callback(context, request, "no state of ours");
  if (has_cookie(sign_in_cookie, context, request))
    co_return co_await finish_sign_in(context, request, {*std::move(parameters), CallbackTransport::form});
  // Only for a sign-in that is under way: what a stranger posts is not stored.
  auto known = co_await context.ports.store.get("sign_in/" + *state);
  if (!known) co_return context.pages.unavailable();
  if (!*known) co_return refuse_callback(context, request, "an unknown or used state");
  auto handle = co_await keep_for_hop(context, request.body);
  if (!handle) co_return context.pages.unavailable();
  co_return send_browser_to(request.method, context.settings.issuer + "/callback?resume=" + *handle);
}

}  // namespace postern::oauth
