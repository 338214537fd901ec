// GET and POST /callback: the browser comes back from the sign-in with a proof of who the user is.
//
//   the app's page ── POST, cross-site, so without our SameSite=Lax cookie ──> /callback
//        receive: a state we know?  the parameters sealed under callback/<handle>, 60 s
//        303 ──> GET /callback?resume=<handle>, same browser, now with the cookie
//        finish: state, cookie, single use, SignIn::complete, the organization's choice if there is one (consent/)
//        give_code: grant, code ──> 302 to the client
//
// A GET with the parameters in its query goes straight to the second half. A proof in a form is the better way: it
// shows up in no history and no log (clerk.md 6.2 row 1). It holds a token of the provider's, so it is sealed at rest.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/context.hpp"
#include "postern/oauth/pending_authorization.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/uri/form.hpp"

namespace postern::oauth {

// Context and request live until the tasks end.
Task<http::Response> callback_get(Context& context, const http::Request& request);
Task<http::Response> callback_post(Context& context, const http::Request& request);

// What came back, however it travelled.
struct CallbackArrival {
  uri::Form parameters;
  CallbackTransport transport;
};

// The hop: keeps a form body and gives its handle; gets it back, once.
Task<Result<std::string>> keep_for_hop(Context& context, std::string body);
Task<Result<std::optional<std::string>>> take_from_hop(Context& context, std::string handle);

Task<http::Response> finish_sign_in(Context& context, const http::Request& request, CallbackArrival arrival);

// To the client with a code. This user has agreed, and there is nothing left to ask them.
Task<http::Response> give_code(Context& context, const http::Request& request, PendingAuthorization pending,
                               SignedInUser user);
// The page for who may not come in, or cannot be judged now.
[[nodiscard]] http::Response refuse_user(const Context& context, const http::Request& request, const Error& error);
// The page for everything that is wrong with a callback; it does not say what, as the browser may be a stranger's.
[[nodiscard]] http::Response refuse_callback(const Context& context, const http::Request& request,
                                             std::string_view reason);

}  // namespace postern::oauth
