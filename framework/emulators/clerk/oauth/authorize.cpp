#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "emulators/clerk/browser.hpp"
#include "emulators/clerk/oauth/oauth_server.hpp"
#include "emulators/clerk/page.hpp"
#include "postern/http/html.hpp"
#include "postern/uri/percent.hpp"
#include "postern/uri/url.hpp"

namespace postern::emulator::oauth {

namespace {

using namespace std::chrono_literals;

constexpr auto code_lifetime = 10min;
constexpr auto decision_lifetime = 10min;
constexpr std::size_t state_bytes_min = 8;

std::string value_of(const uri::Form& form, std::string_view name) {
  const std::string* value = form.find_only(name);
  return value ? *value : "";
}

// Where to, once it is known that the client may be sent there.
std::string redirect_uri_of(const OAuthApplication& application, const uri::Form& form) {
  const std::string* asked = form.find_only("redirect_uri");
  if (!asked) return application.redirect_uris.size() == 1 ? application.redirect_uris.front() : "";
  return std::ranges::contains(application.redirect_uris, *asked) ? *asked : "";
}

// The answer in the way that the client asked for. No page of ours has a script, so a form is sent by hand.
http::Response send(const OAuthRequest& request, const uri::Form& parameters) {
  const std::string& target = request.grant.redirect_uri;
  if (request.response_mode == ResponseMode::query) {
    http::Response response =
        http::Response::redirect(303, target + (target.contains('?') ? "&" : "?") + parameters.serialize());
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("Referrer-Policy", "no-referrer");
    return response;
  }
  std::string body = "<main><div class=\"card\"><header><!--mark--><h1>Almost there</h1></header>";
  body += "<form class=\"people\" method=\"post\" action=\"" + http::escape_html(target) + "\">";
  for (const auto& [name, value] : parameters) {
    body +=
        "<input type=\"hidden\" name=\"" + http::escape_html(name) + "\" value=\"" + http::escape_html(value) + "\">";
  }
  body += "<button class=\"button\">Continue</button></form></div></main>";
  return html_page({.title = "Continue", .body = std::move(body), .forms_lead_anywhere = true});
}

http::Response send_error(const World& world, const OAuthRequest& request, const OAuthError& error) {
  uri::Form parameters{{"error", error.code}, {"error_description", error.description}};
  if (!request.state.empty()) parameters.add("state", request.state);
  parameters.add("iss", world.settings().issuer());
  return send(request, parameters);
}

Checked<void> check_pkce(const OAuthApplication& application, const uri::Form& form, OAuthRequest& request) {
  request.grant.code_challenge = value_of(form, "code_challenge");
  const bool is_given = !request.grant.code_challenge.empty();
  if (!is_given && (application.is_public() || application.pkce_required))
    return refuse("invalid_request", "This client must use PKCE: code_challenge is missing.");
  if (is_given && value_of(form, "code_challenge_method") != "S256")
    return refuse("invalid_request", "code_challenge_method must be S256.");
  if (!is_given && request.state.size() < state_bytes_min)
    return refuse("invalid_request", "state must have 8 characters at least, or PKCE be used.");
  return {};
}

// What a client made here may ask for is written down with it. One that introduced itself may also ask for scopes that
// the instance defines, as the user is asked about each.
Checked<void> check_scopes(const World& world, const OAuthApplication& application, const uri::Form& form,
                           OAuthRequest& request) {
  request.grant.scopes = split_scopes(value_of(form, "scope"));
  if (request.grant.scopes.empty()) request.grant.scopes = world.oauth_settings.default_scopes;
  for (const std::string& scope : request.grant.scopes) {
    const bool is_allowed =
        std::ranges::contains(application.scopes, scope) || (application.introduced_itself && is_known_scope(scope));
    if (!is_allowed) return refuse("invalid_scope", "The client may not ask for the scope " + scope + ".");
  }
  return {};
}

// RFC 8707 sec. 2.
Checked<void> check_resource(const uri::Form& form, OAuthRequest& request) {
  if (form.count("resource") > 1) return refuse("invalid_target", "There may be one resource.");
  request.grant.resource = value_of(form, "resource");
  if (request.grant.resource.empty()) return {};
  const auto url = uri::Url::parse(request.grant.resource);
  if (!url || !url->is_web() || url->fragment())
    return refuse("invalid_target", "resource must be an absolute http(s) URI without a fragment.");
  return {};
}

Checked<void> read_request(const World& world, const OAuthApplication& application, const uri::Form& form,
                           OAuthRequest& request) {
  const std::string response_mode = value_of(form, "response_mode");
  if (response_mode == "form_post") request.response_mode = ResponseMode::form_post;
  if (!response_mode.empty() && response_mode != "form_post" && response_mode != "query")
    return refuse("invalid_request", "response_mode must be query or form_post.");
  if (value_of(form, "response_type") != "code")
    return refuse("unsupported_response_type", "response_type must be code.");
  request.grant.nonce = value_of(form, "nonce");
  TRY(check_pkce(application, form, request));
  TRY(check_scopes(world, application, form, request));
  return check_resource(form, request);
}

http::Response give_code(World& world, OAuthRequest request) {
  if (World::full(world.oauth_grants))
    return send_error(world, request, {"temporarily_unavailable", "Too many grants."});
  OAuthGrant& grant = request.grant;
  grant.id = world.new_id("oag_");
  grant.code = "clk_code_" + world.new_token();
  grant.code_expires_at = world.now() + code_lifetime;
  uri::Form parameters{{"code", grant.code}};
  if (!request.state.empty()) parameters.add("state", request.state);
  parameters.add("iss", world.settings().issuer());
  http::Response response = send(request, parameters);
  world.oauth_grants.emplace(grant.id, std::move(grant));
  return response;
}

// The same request again, for the sign-in page to come back to; without its `prompt`, which has then been done.
std::string address_of(const World& world, const uri::Form& form) {
  uri::Form again;
  for (const auto& [name, value] : form) {
    if (name != "prompt" && name != "__clerk_db_jwt") again.add(name, value);
  }
  return world.settings().issuer() + "/oauth/authorize?" + again.serialize();
}

std::string sign_in_url(std::string_view return_to) {
  return "/sign-in?redirect_url=" + uri::percent_encode(return_to);
}

http::Response ask(Call& call, const OAuthApplication& application, OAuthRequest request, std::string_view address) {
  World& world = call.world;
  std::erase_if(world.oauth_requests, [&](const auto& entry) { return entry.second.expires_at <= world.now(); });
  if (World::full(world.oauth_requests)) return send_error(world, request, {"temporarily_unavailable", "Too many."});
  request.expires_at = world.now() + decision_lifetime;
  const std::string handle = world.new_token();
  http::Response page = consent_page(world, application, request, handle, sign_in_url(address));
  world.oauth_requests.emplace(handle, std::move(request));
  return page;
}

http::Response go_on(Call& call, const OAuthApplication& application, const uri::Form& form, OAuthRequest request) {
  World& world = call.world;
  const auto prompts = split_scopes(value_of(form, "prompt"));
  const bool may_ask = !std::ranges::contains(prompts, "none");
  const Browser* visitor = browser::find_browser_by_cookie(call);
  const Session* session = visitor ? world.find_session(visitor->session_id) : nullptr;
  const bool is_signed_in = session && session->status == SessionStatus::active;
  const std::string address = address_of(world, form);
  if (!is_signed_in || std::ranges::contains(prompts, "login")) {
    if (!may_ask) return send_error(world, request, {"login_required", "Nobody is signed in."});
    return http::Response::redirect(302, sign_in_url(address));
  }
  request.browser_id = visitor->id;
  request.grant.user_id = session->user_id;
  request.grant.actor = session->actor;
  if (std::ranges::contains(request.grant.scopes, "user:org:read"))
    request.grant.organization_id = session->organization_id;
  if (!application.consent_screen_enabled && !std::ranges::contains(prompts, "consent"))
    return give_code(world, std::move(request));
  if (!may_ask) return send_error(world, request, {"consent_required", "The user has to be asked."});
  return ask(call, application, std::move(request), address);
}

}  // namespace

http::Response authorize(Call& call) {
  World& world = call.world;
  auto form = call.request.method == http::Method::post ? uri::Form::parse(call.request.body) : call.query;
  if (!form || form->find_repeated("resource"))
    return problem_page(400, "That cannot be read", "A parameter is there twice.");
  const OAuthApplication* application = world.find_application(value_of(*form, "client_id"));
  if (!application)
    return problem_page(401, "Nobody knows this client", "There is no OAuth application with this client_id.");
  OAuthRequest request;
  request.grant.client_id = application->client_id;
  request.grant.redirect_uri = redirect_uri_of(*application, *form);
  if (request.grant.redirect_uri.empty())
    return problem_page(400, "That is not where this client lives",
                        "The redirect_uri is none of those that the OAuth application has.");
  request.state = value_of(*form, "state");
  if (const auto checked = read_request(world, *application, *form, request); !checked)
    return send_error(world, request, checked.error());
  return go_on(call, *application, *form, std::move(request));
}

http::Response decide(Call& call) {
  World& world = call.world;
  const auto form = uri::Form::parse(call.request.body);
  const auto waiting = world.oauth_requests.find(form ? value_of(*form, "handle") : "");
  const Browser* visitor = browser::find_browser_by_cookie(call);
  const bool is_its_own = waiting != world.oauth_requests.end() && visitor && waiting->second.browser_id == visitor->id;
  if (!is_its_own || waiting->second.expires_at <= world.now())
    return problem_page(400, "This page has been used or is too old", "Start again from the application.");
  OAuthRequest request = std::move(waiting->second);
  world.oauth_requests.erase(waiting);
  if (value_of(*form, "consented") != "true") return send_error(world, request, {"access_denied", "The user said no."});
  const std::string organization_id = value_of(*form, "organization_id");
  if (!organization_id.empty()) {
    if (!world.find_membership(organization_id, request.grant.user_id))
      return problem_page(400, "You are not one of them", "The user is no member of that organization.");
    request.grant.organization_id = organization_id;
  }
  return give_code(world, std::move(request));
}

}  // namespace postern::emulator::oauth
