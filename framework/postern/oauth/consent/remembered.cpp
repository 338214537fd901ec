#include "postern/oauth/consent/consent.hpp"
#include "postern/oauth/record.hpp"
#include "postern/oauth/scope_hierarchy.hpp"

namespace postern::oauth {
namespace {

constexpr BrowserCookie person_cookie{.name = "person", .lifetime = limits::remembered_consent_lifetime};

// Whoever is in front of the browser has come by themselves: typed the address, opened it from a program, or followed a
// link of this very site. Not from another site, and not in a frame. A browser that does not say is one that did not
// (threat 11; W3C Fetch Metadata sec. 2).
bool is_own_navigation(const http::Request& request) {
  const auto says = [&](std::string_view field, std::string_view value) {
    const std::string* said = request.headers.find_only(field);
    return said && *said == value;
  };
  return (says("Sec-Fetch-Site", "none") || says("Sec-Fetch-Site", "same-origin") ||
          says("Sec-Fetch-Site", "same-site")) &&
         says("Sec-Fetch-Mode", "navigate") && says("Sec-Fetch-Dest", "document");
}

}  // namespace

Consent consent_of(const Context& context, const PendingAuthorization& pending, const SignedInUser& user) {
  return {.user_id = user.user_id,
          .organization_id = user.organization_id,
          .client_id = pending.client_id,
          .redirect_uri = pending.redirect_uri,
          .resource = pending.resource,
          .scopes = with_included(context.settings.scopes, pending.scopes)};
}

Task<bool> is_agreed(Context& context, const PendingAuthorization& pending, const SignedInUser& user) {
  if (pending.approval != Approval::remembered || !user.actor.empty()) co_return false;
  co_return (co_await is_remembered(context.ports, consent_of(context, pending, user))).value_or(false);
}

std::optional<SignedInUser> find_person(const Context& context, const http::Request& request) {
  const auto person = find_sealed_cookie(person_cookie, context, request);
  if (!person) return std::nullopt;
  RecordReader reader{*person};
  SignedInUser user;
  user.user_id = reader.text("user_id");
  user.organization_id = reader.text("organization_id");
  if (!reader.check()) return std::nullopt;
  return user;
}

std::optional<Consent> find_consent(const Context& context, const http::Request& request,
                                    const PendingAuthorization& pending) {
  if (!pending.can_be_remembered() || !is_own_navigation(request)) return std::nullopt;
  const auto person = find_person(context, request);
  if (!person) return std::nullopt;
  return consent_of(context, pending, *person);
}

std::string set_person_cookie(const Context& context, const SignedInUser& user) {
  return set_sealed_cookie(person_cookie, context,
                           {{"user_id", user.user_id}, {"organization_id", user.organization_id}});
}

}  // namespace postern::oauth
