// Who looks at our own pages: a session of ours, sealed into a cookie, that lasts for the minutes of one visit.
//
//   response.headers.add("Set-Cookie", open_own_session(context, user));
//   ...
//   auto session = find_own_session(context, request);        // session->user
//   if (session && has_form_token(*session, form)) ...        // a form of a page that we gave to this session
#pragma once

#include <optional>
#include <string>

#include "postern/http/message.hpp"
#include "postern/oauth/browser_cookie.hpp"
#include "postern/oauth/context.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/uri/form.hpp"

namespace postern::oauth {

struct OwnSession {
  SignedInUser user;
  std::string form_token;  // follows from the cookie: no other page can know it
};

// The cookie's text.
[[nodiscard]] std::string open_own_session(const Context& context, const SignedInUser& user);
[[nodiscard]] std::optional<OwnSession> find_own_session(const Context& context, const http::Request& request);
[[nodiscard]] bool has_form_token(const OwnSession& session, const uri::Form& form);

}  // namespace postern::oauth
