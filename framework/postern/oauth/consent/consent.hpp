// The consent page, and what its two buttons do (threats 9 to 13; MCP security best practices, confused deputy).
//
// The page is shown before the sign-in. It writes consent/<handle>, taken by the first press of a button; the form
// carries nothing but the handle. Only approval leads on to the sign-in and makes sign_in/<state> and the cookie that
// the callback asks for. Both follow from the handle and the consent cookie, so that a double click ends where the
// first press led. In the moment before that is written down, and once that sign-in is done, it leads nowhere.
//
// Who ticks its box is not asked the same again (docs/decisions/0013). A sealed cookie then says who sits at this
// browser, so that the page can be left out; who it was is known after the sign-in, and only if this very user has
// agreed there is a code. Otherwise the page comes then.
//
// A second page comes after the sign-in, where there is something to choose: for which of their organizations the user
// connects (docs/decisions/0015). The callback writes choice/<handle>, with what may be chosen, for the browser that
// signed in, and sends it there: the page has an address without a proof in it, and can be loaded again. Only what
// Clerk confirms at the press of its button gets a code.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/limits.hpp"
#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/base/task.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/browser_cookie.hpp"
#include "postern/oauth/context.hpp"
#include "postern/oauth/pending_authorization.hpp"
#include "postern/oauth/remembered_consent.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/uri/form.hpp"

namespace postern::oauth {

inline constexpr BrowserCookie consent_cookie{.name = "consent", .lifetime = limits::consent_lifetime};
inline constexpr BrowserCookie sign_in_cookie{.name = "signin", .lifetime = limits::sign_in_lifetime};

// Context and request, and what is passed by reference, live until the tasks end.
Task<http::Response> ask_for_consent(Context& context, const http::Request& request, PendingAuthorization pending);
// POST /authorize/consent.
Task<http::Response> decide_consent(Context& context, const http::Request& request);

// What this user may connect for: their organizations, and their own account, as personal_account, if that is where
// they signed in. One of them at least.
[[nodiscard]] Task<std::vector<Organization>> find_choice(Context& context, const SignedInUser& user);
inline constexpr std::string_view personal_account = "-";
Task<http::Response> ask_for_organization(Context& context, const http::Request& request, PendingAuthorization pending,
                                          SignedInUser user, std::vector<Organization> organizations);
// GET and POST /authorize/organization.
Task<http::Response> show_organizations(Context& context, const http::Request& request);
Task<http::Response> decide_organization(Context& context, const http::Request& request);

// Whether it may be what a page is kept under: nothing else becomes part of a key.
[[nodiscard]] bool is_handle(std::string_view text);

// What a page's form says: nothing but which page it was, and what was pressed and chosen there.
struct Decided {
  std::string handle;
  enum class Button { approve, deny } button;
  uri::Form form;
};
// Nullopt if it is no form of ours, or somebody else's page has sent it (threat 12).
[[nodiscard]] std::optional<Decided> read_decision(const Settings& settings, const http::Request& request);
// The page for a form that does not count.
[[nodiscard]] http::Response refuse_decision(const Context& context);

// What this user agrees to with the request.
[[nodiscard]] Consent consent_of(const Context& context, const PendingAuthorization& pending, const SignedInUser& user);
// Whether they have agreed before, and want to be asked nothing. A store that cannot say has them asked.
[[nodiscard]] Task<bool> is_agreed(Context& context, const PendingAuthorization& pending, const SignedInUser& user);
// The same of whoever seems to sit at the browser, if they come by themselves: is_remembered() knows whether they have
// agreed before.
[[nodiscard]] std::optional<Consent> find_consent(const Context& context, const http::Request& request,
                                                  const PendingAuthorization& pending);
// Who seems to sit at the browser, and for which organization they have agreed to something last.
[[nodiscard]] std::optional<SignedInUser> find_person(const Context& context, const http::Request& request);
// Says who it is who sits there from now on.
[[nodiscard]] std::string set_person_cookie(const Context& context, const SignedInUser& user);

// A sign-in that begins: its state, and the secret of the one browser that may finish it.
struct SignInStart {
  std::string state;
  Secret browser;
};
[[nodiscard]] SignInStart new_sign_in(const Context& context, const http::Request& request);
// Keeps the request under sign_in/<state> for that browser, and sends it there.
Task<Result<http::Response>> begin_sign_in(Context& context, const http::Request& request, SignInStart start,
                                           PendingAuthorization pending);
[[nodiscard]] http::Response send_to_sign_in(const Context& context, const http::Request& request,
                                             const SignInStart& start, const PendingAuthorization& pending);

// Sent by a page of ours, and not by somebody else's (threat 12). Browsers say so in Sec-Fetch-Site; where that is
// missing the Origin must be ours. Our pages' no-referrer policy makes browsers send "Origin: null", which therefore
// counts only together with Sec-Fetch-Site.
[[nodiscard]] bool is_same_origin(const Settings& settings, const http::Request& request);

}  // namespace postern::oauth
