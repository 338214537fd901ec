#include <utility>

#include "postern/oauth/connections/connections.hpp"
#include "postern/oauth/connections/own_session.hpp"
#include "postern/oauth/pages/connections_page.hpp"

namespace postern::oauth {

Task<http::Response> show_connections(Context& context, const http::Request& request) {
  const auto session = find_own_session(context, request);
  if (!session) co_return co_await send_visitor_to_sign_in(context, request);
  // Our session rests on the one at the provider. If that cannot be asked now, the last minutes' answer stands: whoever
  // wants to disconnect something must be able to.
  const auto standing = co_await context.sign_in.confirm(session->user);
  if (!standing && standing.error().kind == Error::Kind::unauthorized)
    co_return co_await send_visitor_to_sign_in(context, request);
  const auto grants = co_await context.grants.find_by_user(session->user.user_id);
  if (!grants) co_return context.pages.unavailable();
  co_return context.pages.show(
      200, "Your assistants",
      connections_html(context.settings, session->user, *grants, session->form_token, context.ports.clock.now()));
}

}  // namespace postern::oauth
