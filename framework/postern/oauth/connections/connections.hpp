// The assistants that a user has connected: to be seen, and to be disconnected.
//
//   GET  /connections             for people; who is not signed in is sent to the sign-in, and comes back
//   POST /connections/disconnect
//   GET, DELETE /api/connections, DELETE /api/connections/{id}
//                                 the same for the app's own settings page, by the session token it has of its user
//
// A connection is a grant; its id is the grant's. What its user has disconnected is revoked like any other.
#pragma once

#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/context.hpp"
#include "postern/oauth/sign_in.hpp"

namespace postern::oauth {

// Context and request live until the tasks end.
Task<http::Response> show_connections(Context& context, const http::Request& request);
Task<http::Response> disconnect(Context& context, const http::Request& request);

Task<http::Response> list_connections(Context& context, const http::Request& request);
Task<http::Response> delete_connections(Context& context, const http::Request& request);
Task<http::Response> delete_connection(Context& context, const http::Request& request, std::string id);

// To the sign-in, and from the callback to the page.
Task<http::Response> send_visitor_to_sign_in(Context& context, const http::Request& request);
[[nodiscard]] http::Response welcome_visitor(const Context& context, const http::Request& request,
                                             const SignedInUser& user);

// None where they are not known, or cannot be read now: the list of connections does without.
Task<CallsByConnection> find_recent_calls(Context& context, const std::vector<Grant>& grants);

// False if the user has no such connection, whoever else may have it.
Task<Result<bool>> disconnect_one(Context& context, std::string user_id, std::string grant_id);
Task<Result<void>> disconnect_all(Context& context, std::string user_id);

}  // namespace postern::oauth
