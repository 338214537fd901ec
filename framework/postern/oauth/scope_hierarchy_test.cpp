#include "postern/oauth/scope_hierarchy.hpp"

#include <doctest/doctest.h>

#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {
namespace {

using Names = std::vector<std::string>;

Settings with_hierarchy() {
  Settings settings = Flow::settings();
  settings.scopes = {{.name = "orders:read", .description = "see your orders"},
                     {.name = "orders:write", .description = "change your orders", .includes = {"orders:read"}},
                     {.name = "profile:read", .description = "see your name"}};
  return settings;
}

Names scopes_of(const Flow& flow, std::string_view access_token) {
  http::Request request{.method = http::Method::post, .target = "/mcp"};
  request.headers.set("Authorization", "Bearer " + std::string{access_token});
  return flow.server.authenticate(request).value()->scopes;
}

std::string scope_of(const http::Response& challenge) {
  const std::string text = header(challenge, "WWW-Authenticate");
  const auto begin = text.find("scope=\"") + 7;
  return text.substr(begin, text.find('"', begin) - begin);
}

}  // namespace

TEST_CASE("a scope brings what it includes, and what it includes need not be asked for") {
  const auto scopes = with_hierarchy().scopes;
  CHECK(with_included(scopes, {"orders:write"}) == Names{"orders:write", "orders:read"});
  CHECK(with_included(scopes, {"orders:read", "unknown"}) == Names{"orders:read", "unknown"});
  CHECK(without_included(scopes, {"profile:read", "orders:read", "orders:write"}) ==
        Names{"orders:write", "profile:read"});
  CHECK(without_included(scopes, {"orders:read", "unknown"}) == Names{"orders:read"});
  CHECK(without_included(scopes, {}).empty());
}

TEST_CASE("whoever was granted the wider scope holds the narrower one, and may refresh for it alone") {
  Flow flow{with_hierarchy()};
  const std::string client = flow.register_public();
  const http::Response wide = flow.redeem(client, flow.code_for(client, {{"scope", "orders:write"}}));
  CHECK(member(wide, "scope") == "orders:write");  // what was asked for and agreed to (RFC 6749 sec. 5.1)
  CHECK(scopes_of(flow, member(wide, "access_token")) == Names{"orders:write", "orders:read"});

  const auto refresh = [&](const http::Response& last, std::string_view scope) {
    uri::Form form = Flow::refreshment(client, member(last, "refresh_token"));
    form.add("scope", scope);
    return flow.send(Flow::token_request(form));
  };
  const http::Response narrow = refresh(wide, "orders:read");
  CHECK(member(narrow, "scope") == "orders:read");
  CHECK(scopes_of(flow, member(narrow, "access_token")) == Names{"orders:read"});
  CHECK(member(refresh(narrow, "profile:read"), "error") == "invalid_scope");
  const http::Response again = flow.refresh(client, member(narrow, "refresh_token"));
  CHECK(scopes_of(flow, member(again, "access_token")) == Names{"orders:write", "orders:read"});

  const http::Response low = flow.redeem(client, flow.code_for(client, {{"scope", "orders:read"}}));
  CHECK(member(refresh(low, "orders:write"), "error") == "invalid_scope");
}

TEST_CASE("challenges name the least that will do") {
  const Settings settings = with_hierarchy();
  const auto step_up = [&](const Names& held, const Names& needed) {
    return scope_of(insufficient_scope_challenge(settings, held, needed, "/mcp"));
  };
  CHECK(scope_of(bearer_challenge(settings, {}, "/mcp")) == "orders:write profile:read");
  CHECK(step_up({"orders:read"}, {"orders:write"}) == "orders:write");
  CHECK(step_up({"orders:write", "orders:read"}, {"profile:read"}) == "orders:write profile:read");
  CHECK(step_up({"profile:read"}, {"orders:read"}) == "orders:read profile:read");
}

TEST_CASE("the consent page says each thing that will be possible, once") {
  Flow flow{with_hierarchy()};
  const std::string client = flow.register_public();
  for (const std::string_view asked : {"orders:write", "orders:read orders:write"}) {
    const std::string page = flow.get(Flow::authorize_target(client, {{"scope", asked}})).body;
    CHECK(page.contains("<ul>\n<li>see your orders</li>\n<li>change your orders</li>\n</ul>"));
  }
  const std::string page = flow.get(Flow::authorize_target(client, {{"scope", "orders:read"}})).body;
  CHECK(page.contains("<ul>\n<li>see your orders</li>\n</ul>"));
}

}  // namespace postern::oauth
