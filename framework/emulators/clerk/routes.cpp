#include "emulators/clerk/routes.hpp"

#include "emulators/clerk/api_keys.hpp"
#include "emulators/clerk/browser.hpp"
#include "emulators/clerk/control.hpp"
#include "emulators/clerk/external_accounts.hpp"
#include "emulators/clerk/instance.hpp"
#include "emulators/clerk/jwt_templates.hpp"
#include "emulators/clerk/m2m_tokens.hpp"
#include "emulators/clerk/oauth/applications.hpp"
#include "emulators/clerk/oauth/introduce.hpp"
#include "emulators/clerk/oauth/oauth_server.hpp"
#include "emulators/clerk/oauth_tokens.hpp"
#include "emulators/clerk/organizations.hpp"
#include "emulators/clerk/page.hpp"
#include "emulators/clerk/sessions.hpp"
#include "emulators/clerk/sign_in_tokens.hpp"
#include "emulators/clerk/users.hpp"
#include "postern/base/secret.hpp"

namespace postern::emulator {

namespace {

using http::Method;

enum class Access : std::uint8_t { secret_key, open };

struct ApiRoute {
  Method method;
  std::string_view pattern;
  Answer (*endpoint)(Call&);
  Access access = Access::secret_key;
};

struct PageRoute {
  Method method;
  std::string_view pattern;
  http::Response (*endpoint)(Call&);
};

// Found below /v1 and at the root, where the SDK asks for them (clerk.md 3.1).
constexpr ApiRoute token_routes[] = {
    {Method::post, "/api_keys", api_keys::create},
    {Method::get, "/api_keys", api_keys::list},
    {Method::post, "/api_keys/verify", api_keys::verify},
    {Method::get, "/api_keys/{api_key_id}", api_keys::get},
    {Method::delete_, "/api_keys/{api_key_id}", api_keys::remove},
    {Method::post, "/api_keys/{api_key_id}/revoke", api_keys::revoke},

    // A machine's own secret key opens these, so they look for themselves.
    {Method::post, "/m2m_tokens", m2m_tokens::create, Access::open},
    {Method::post, "/m2m_tokens/verify", m2m_tokens::verify, Access::open},
    {Method::post, "/m2m_tokens/{m2m_token_id}/revoke", m2m_tokens::revoke, Access::open},

    {Method::post, "/oauth_applications/access_tokens/verify", oauth_tokens::verify},
};

constexpr ApiRoute api_routes[] = {
    {Method::get, "/.well-known/jwks.json", instance::jwks, Access::open},
    {Method::get, "/.well-known/oauth-authorization-server", oauth::authorization_server_metadata, Access::open},
    {Method::get, "/.well-known/openid-configuration", oauth::openid_configuration, Access::open},
    {Method::get, "/v1/jwks", instance::jwks},
    {Method::post, "/v1/testing_tokens", instance::create_testing_token},

    {Method::get, "/v1/users", users::list},
    {Method::post, "/v1/users", users::create},
    {Method::get, "/v1/users/count", users::count},
    {Method::get, "/v1/users/{user_id}", users::get},
    {Method::patch, "/v1/users/{user_id}", users::update},
    {Method::delete_, "/v1/users/{user_id}", users::remove},
    {Method::patch, "/v1/users/{user_id}/metadata", users::merge_metadata},
    {Method::put, "/v1/users/{user_id}/metadata", users::replace_metadata},
    {Method::post, "/v1/users/{user_id}/ban", users::ban},
    {Method::post, "/v1/users/{user_id}/unban", users::unban},
    {Method::post, "/v1/users/{user_id}/lock", users::lock},
    {Method::post, "/v1/users/{user_id}/unlock", users::unlock},
    {Method::get, "/v1/users/{user_id}/organization_memberships", organizations::memberships_of_user},
    {Method::get, "/v1/users/{user_id}/oauth_access_tokens/{provider}", external_accounts::access_tokens},

    {Method::get, "/v1/sessions", sessions::list},
    {Method::post, "/v1/sessions", sessions::create},
    {Method::get, "/v1/sessions/{session_id}", sessions::get},
    {Method::post, "/v1/sessions/{session_id}/tokens", sessions::mint},
    {Method::post, "/v1/sessions/{session_id}/tokens/{template}", sessions::mint_from_template},
    {Method::post, "/v1/sessions/{session_id}/revoke", sessions::revoke},
    {Method::post, "/v1/sessions/{session_id}/refresh", sessions::refresh},

    {Method::get, "/v1/jwt_templates", jwt_templates::list},
    {Method::post, "/v1/jwt_templates", jwt_templates::create},
    {Method::get, "/v1/jwt_templates/{template_id}", jwt_templates::get},
    {Method::patch, "/v1/jwt_templates/{template_id}", jwt_templates::update},
    {Method::delete_, "/v1/jwt_templates/{template_id}", jwt_templates::remove},

    {Method::get, "/v1/organizations", organizations::list},
    {Method::post, "/v1/organizations", organizations::create},
    {Method::get, "/v1/organizations/{organization}", organizations::get},
    {Method::delete_, "/v1/organizations/{organization}", organizations::remove},
    {Method::get, "/v1/organizations/{organization}/memberships", organizations::memberships},
    {Method::post, "/v1/organizations/{organization}/memberships", organizations::add_membership},
    {Method::patch, "/v1/organizations/{organization}/memberships/{user_id}", organizations::update_membership},
    {Method::delete_, "/v1/organizations/{organization}/memberships/{user_id}", organizations::remove_membership},

    {Method::get, "/v1/oauth_applications", oauth_applications::list},
    {Method::post, "/v1/oauth_applications", oauth_applications::create},
    {Method::get, "/v1/oauth_applications/{oauth_application_id}", oauth_applications::get},
    {Method::patch, "/v1/oauth_applications/{oauth_application_id}", oauth_applications::update},
    {Method::delete_, "/v1/oauth_applications/{oauth_application_id}", oauth_applications::remove},
    {Method::post, "/v1/oauth_applications/{oauth_application_id}/rotate_secret", oauth_applications::rotate_secret},
    {Method::post, "/v1/oauth_applications/{oauth_application_id}/revoke_token", oauth_applications::revoke_token},
    {Method::get, "/v1/instance/oauth_application_settings", oauth_applications::settings},
    {Method::patch, "/v1/instance/oauth_application_settings", oauth_applications::update_settings},

    {Method::post, "/v1/sign_in_tokens", sign_in_tokens::create},
    {Method::post, "/v1/sign_in_tokens/{token_id}/revoke", sign_in_tokens::revoke},
    {Method::post, "/v1/actor_tokens", sign_in_tokens::create_for_actor},
    {Method::post, "/v1/actor_tokens/{token_id}/revoke", sign_in_tokens::revoke},

    {Method::get, "/v1/clients/handshake_payload", browser::handshake_payload},

    {Method::get, "/__emulator/state", control::state, Access::open},
    {Method::get, "/__emulator/calls", control::calls, Access::open},
    {Method::get, "/__emulator/deliveries", control::deliveries, Access::open},
    {Method::post, "/__emulator/clock/advance", control::advance_clock, Access::open},
    {Method::post, "/__emulator/sessions/{session_id}/end", control::end_session, Access::open},
    {Method::post, "/__emulator/sessions/{session_id}/status", control::set_session_status, Access::open},
    {Method::post, "/__emulator/sessions/{session_id}/organization", control::set_session_organization, Access::open},
    {Method::post, "/__emulator/users/{user_id}/ban", users::ban, Access::open},
    {Method::post, "/__emulator/users/{user_id}/plan", control::set_user_plan, Access::open},
    {Method::post, "/__emulator/users/{user_id}/external_accounts", external_accounts::connect, Access::open},
    {Method::post, "/__emulator/organizations/{organization}/plan", control::set_organization_plan, Access::open},
    {Method::post, "/__emulator/organizations/{organization}/memberships/{user_id}/permissions",
     organizations::set_permissions, Access::open},
    {Method::post, "/__emulator/oauth_tokens", oauth_tokens::issue, Access::open},
    {Method::post, "/__emulator/oauth_tokens/{oauth_token_id}/revoke", oauth_tokens::revoke, Access::open},
    {Method::post, "/__emulator/faults", control::add_fault, Access::open},
    {Method::delete_, "/__emulator/faults", control::clear_faults, Access::open},
    {Method::post, "/__emulator/rotate-key", control::rotate_key, Access::open},
    {Method::post, "/__emulator/reset", control::reset, Access::open},
};

constexpr PageRoute page_routes[] = {
    {Method::get, "/", browser::show_start},
    {Method::get, "/emulator.css", [](Call&) { return stylesheet(); }},
    {Method::get, "/sign-in", browser::show_sign_in},
    {Method::post, "/sign-in", browser::sign_in},
    {Method::get, "/sign-out", browser::show_sign_out},
    {Method::post, "/sign-out", browser::sign_out},
    {Method::get, "/v1/client/handshake", browser::handshake},

    {Method::post, "/oauth/consent", oauth::decide},
    {Method::post, "/oauth/token", oauth::token},
    {Method::get, "/oauth/userinfo", oauth::user_info},
    {Method::post, "/oauth/userinfo", oauth::user_info},
    {Method::post, "/oauth/token_info", oauth::token_info},
    {Method::post, "/oauth/token/revoke", oauth::revoke},
    {Method::post, "/oauth/register", oauth::register_client},
};

// The one page before which something has to be fetched.
constexpr PageRoute authorize_routes[] = {
    {Method::get, "/oauth/authorize", oauth::authorize},
    {Method::post, "/oauth/authorize", oauth::authorize},
};

}  // namespace

Read<void> check_secret_key(const World& world, const http::Request& request) {
  const std::string* authorization = request.headers.find_only("Authorization");
  constexpr std::string_view scheme = "Bearer ";
  if (!authorization) {
    return std::unexpected(
        ApiError{.status = 401,
                 .code = "authentication_invalid",
                 .message = "Invalid authentication",
                 .long_message = "Unable to authenticate the request, you need to supply an active session"});
  }
  if (!authorization->starts_with(scheme)) {
    return std::unexpected(
        ApiError{.status = 401,
                 .code = "authorization_header_format_invalid",
                 .message = "Invalid Authorization header format",
                 .long_message = "Invalid Authorization header format. Must be \"Bearer <secret key>\""});
  }
  if (!constant_time_equal(authorization->substr(scheme.size()), world.settings().secret_key)) {
    constexpr std::string_view text =
        "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.";
    return std::unexpected(ApiError{
        .status = 401, .code = "clerk_key_invalid", .message = std::string(text), .long_message = std::string(text)});
  }
  return {};
}

namespace {

Read<json::Object> read_body(const http::Request& request) {
  if (request.body.empty()) return json::Object{};
  auto value = json::parse(request.body);
  if (value && value->is_object()) return value->get_object();
  return std::unexpected(ApiError{.status = 400,
                                  .code = "request_body_invalid",
                                  .message = "Request body invalid",
                                  .long_message = "The request body is not a JSON object."});
}

ApiError malformed_query() {
  return {.status = 400,
          .code = "request_invalid",
          .message = "Malformed query",
          .long_message = "The query string cannot be decoded."};
}

Answer answer(const ApiRoute& route, World& world, const http::Request& request, const http::PathParameters& path) {
  if (route.access == Access::secret_key) {
    TRY(check_secret_key(world, request));
  }
  auto query = uri::Form::parse(request.query());
  if (!query) return std::unexpected(malformed_query());
  TRY(auto body, read_body(request));
  Call call{.world = world, .request = request, .path = path, .query = *std::move(query), .body = std::move(body)};
  return route.endpoint(call);
}

// The references outlive the task: see http::Endpoint.
Task<http::Response> serve_api(const ApiRoute& route, World& world, http::Request& request,
                               const http::PathParameters& path) {
  const Answer made = answer(route, world, request, path);
  if (made && made->is_null()) co_return http::Response::empty(204);
  if (made) co_return http::Response::json(200, json::serialize(*made));
  co_return to_response(made.error(), world.new_id("trace_"));
}

Task<http::Response> serve_page(const PageRoute& route, World& world, http::Request& request,
                                const http::PathParameters& path) {
  auto query = uri::Form::parse(request.query());
  if (!query) co_return to_response(malformed_query(), world.new_id("trace_"));
  Call call{.world = world, .request = request, .path = path, .query = *std::move(query), .body = {}};
  co_return route.endpoint(call);
}

Task<http::Response> serve_authorize(const PageRoute& route, World& world, Fetch& fetch, http::Request& request,
                                     const http::PathParameters& path) {
  co_await oauth::meet_client(world, fetch, request);
  co_return co_await serve_page(route, world, request, path);
}

}  // namespace

void add_routes(http::Router& router, World& world, Fetch& fetch) {
  const auto add = [&](const ApiRoute& route, const std::string& pattern) {
    router.add(route.method, pattern, [&route, &world](http::Request& request, const http::PathParameters& path) {
      return serve_api(route, world, request, path);
    });
  };
  for (const ApiRoute& route : api_routes) add(route, std::string{route.pattern});
  for (const ApiRoute& route : token_routes) {
    add(route, std::string{route.pattern});
    add(route, "/v1" + std::string{route.pattern});
  }
  for (const PageRoute& route : page_routes) {
    router.add(route.method, route.pattern, [&route, &world](http::Request& request, const http::PathParameters& path) {
      return serve_page(route, world, request, path);
    });
  }
  for (const PageRoute& route : authorize_routes) {
    router.add(route.method, route.pattern,
               [&route, &world, &fetch](http::Request& request, const http::PathParameters& path) {
                 return serve_authorize(route, world, fetch, request, path);
               });
  }
}

}  // namespace postern::emulator
