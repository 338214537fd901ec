#include <algorithm>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/callback/callback.hpp"
#include "postern/oauth/consent/consent.hpp"
#include "postern/oauth/pages/organization_page.hpp"
#include "postern/oauth/record.hpp"

namespace postern::oauth {
namespace {

// What is kept under choice/<handle>.
struct Choice {
  PendingAuthorization pending;
  SignedInUser user;
  std::vector<std::string> organizations;  // their ids
  std::string page;                        // its HTML

  static Result<Choice> from_record(std::string_view record) {
    RecordReader reader{record};
    const std::string request = reader.text("request");
    Choice choice;
    choice.user.user_id = reader.text("user_id");
    choice.user.actor = reader.text("actor");
    choice.user.session_id = reader.text("session_id");
    choice.organizations = reader.texts("organizations");
    choice.page = reader.text("page");
    TRY(reader.check());
    TRY(choice.pending, PendingAuthorization::from_record(request));
    return choice;
  }
  [[nodiscard]] std::string to_record() const {
    return json::serialize(json::Object{{"request", pending.to_record()},
                                        {"user_id", user.user_id},
                                        {"actor", user.actor},
                                        {"session_id", user.session_id},
                                        {"organizations", to_json(organizations)},
                                        {"page", page}});
  }
};

std::string_view id_of(const SignedInUser& user) {
  return user.organization_id.empty() ? personal_account : std::string_view{user.organization_id};
}

std::string key_of(std::string_view handle) { return concat("choice/", handle); }

// Nullopt if there is none for this browser.
Task<Result<std::optional<Choice>>> find_kept(Context& context, const http::Request& request, std::string key) {
  CO_TRY(const auto kept, co_await context.ports.store.get(std::move(key)));
  if (!kept) co_return std::nullopt;
  CO_TRY(auto choice, Choice::from_record(kept->value));
  if (!is_same_browser(sign_in_cookie, context, request, choice.pending.browser_hash)) co_return std::nullopt;
  co_return choice;
}

}  // namespace

// That an instance has personal accounts is shown by somebody who has signed in to theirs.
Task<std::vector<Organization>> find_choice(Context& context, const SignedInUser& user) {
  auto organizations = co_await context.sign_in.find_organizations(user.user_id);
  if (!std::ranges::contains(organizations, id_of(user), &Organization::id))
    organizations.push_back(
        {.id = std::string{id_of(user)}, .name = user.organization_id.empty() ? "" : user.organization_name});
  co_return organizations;
}

Task<http::Response> ask_for_organization(Context& context, const http::Request& request, PendingAuthorization pending,
                                          SignedInUser user, std::vector<Organization> organizations) {
  const Ports& ports = context.ports;
  OrganizationChoice page{.handle = random_token(ports.random),
                          .client_name = pending.client_name,
                          .user_name = user.name,
                          .organizations = std::move(organizations),
                          .open_now = std::string{id_of(user)},
                          .proposed = std::string{id_of(user)}};
  // Who wants to be asked no more is asked for the one that they have agreed to, if it is not the one of the sign-in.
  if (pending.approval == Approval::remembered)
    if (const auto person = find_person(context, request);
        person && std::ranges::contains(page.organizations, id_of(*person), &Organization::id))
      page.proposed = id_of(*person);
  Choice choice{.pending = std::move(pending), .user = std::move(user), .organizations = {}};
  for (const Organization& each : page.organizations) choice.organizations.push_back(each.id);
  choice.page = organization_html(context.settings, page);
  if (!co_await ports.store.put(key_of(page.handle), choice.to_record(), ports.clock.now() + limits::sign_in_lifetime))
    co_return context.pages.unavailable();
  http::Response response =
      send_browser_to(request.method, concat(context.settings.issuer, "/authorize/organization?choice=", page.handle));
  // The cookie's time began with the sign-in.
  response.headers.add("Set-Cookie",
                       set_cookie(sign_in_cookie, context.settings, browser_secret(sign_in_cookie, context, request)));
  co_return response;
}

Task<http::Response> show_organizations(Context& context, const http::Request& request) {
  const auto query = uri::Form::parse(request.query());
  const std::string* handle = query ? query->find_only("choice") : nullptr;
  if (!handle || !is_handle(*handle)) co_return refuse_decision(context);
  const auto choice = co_await find_kept(context, request, key_of(*handle));
  if (!choice) co_return context.pages.unavailable();
  if (!*choice) co_return refuse_decision(context);
  co_return context.pages.show(200, "Choose an organization", (*choice)->page);
}

// It is taken last, so that who chose something that is not to be had, or came while Clerk was away, can choose again.
Task<http::Response> decide_organization(Context& context, const http::Request& request) {
  const auto decided = read_decision(context.settings, request);
  if (!decided) co_return refuse_decision(context);
  const std::string key = key_of(decided->handle);
  auto choice = co_await find_kept(context, request, key);
  if (!choice) co_return context.pages.unavailable();
  if (!*choice) co_return refuse_decision(context);
  auto& [pending, user, organizations, page] = **choice;

  const bool approved = decided->button == Decided::Button::approve;
  if (approved) {
    const std::string* chosen = decided->form.find_only("organization");
    if (!chosen || !std::ranges::contains(organizations, *chosen)) co_return refuse_decision(context);
    if (const Duration wait = context.take_turn(user.user_id); wait > Duration{0})
      co_return context.pages.too_often(wait);
    if (*chosen != personal_account) user.organization_id = *chosen;
    auto confirmed = co_await context.sign_in.confirm(user);
    if (!confirmed) co_return refuse_user(context, request, confirmed.error());
    user = *std::move(confirmed);
  }
  const auto taken = co_await context.ports.store.take(key);
  if (!taken) co_return context.pages.unavailable();
  if (!*taken) co_return refuse_decision(context);
  context.ports.log.write(LogLevel::info, approved ? "organization.chosen" : "organization.denied",
                          {{"request", request.id}, {"client", context.hash(pending.client_id)}});
  if (approved && pending.approval == Approval::remembered && !co_await is_agreed(context, pending, user))
    co_return co_await ask_for_consent(context, request, std::move(pending));
  if (approved) co_return co_await give_code(context, request, std::move(pending), std::move(user));
  co_return send_error(context.settings, request.method, {pending.redirect_uri, pending.state},
                       {"access_denied", "The user said no."});
}

}  // namespace postern::oauth
