#include <set>
#include <string>
#include <utility>
#include <vector>

#include "postern/oauth/connections/connections.hpp"
#include "postern/oauth/connections/own_session.hpp"
#include "postern/oauth/pages/connections_page.hpp"

namespace postern::oauth {

Task<CallsByConnection> find_recent_calls(Context& context, const std::vector<Grant>& grants) {
  CallsByConnection calls;
  if (!context.recent_calls) co_return calls;
  std::set<std::string> accounts;
  for (const Grant& grant : grants) accounts.insert(account_of(grant.user.user_id, grant.user.organization_id));
  for (const std::string& account : accounts)
    if (auto found = co_await context.recent_calls->find_by_account(account)) calls.merge(*found);
  co_return calls;
}

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
  const CallsByConnection calls = co_await find_recent_calls(context, *grants);
  co_return context.pages.show(200, "Your assistants",
                               connections_html(context.settings, session->user, *grants, calls, session->form_token,
                                                context.ports.clock.now()));
}

}  // namespace postern::oauth
