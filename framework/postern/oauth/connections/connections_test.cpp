#include <doctest/doctest.h>

#include "postern/json/value.hpp"
#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

const std::string session_cookie = "__Host-postern_session";

// A connection of user_1's: what a client has once it is connected.
struct Connected {
  std::string client, access_token, refresh_token;
};
Connected connect(Flow& flow, std::string_view name = "Test Assistant") {
  const std::string client = flow.register_public(name);
  const http::Response tokens = flow.redeem(client, flow.code_for(client));
  REQUIRE(tokens.status == 200);
  return {client, member(tokens, "access_token"), member(tokens, "refresh_token")};
}

// To the sign-in and back, as far as the redirect to the page.
http::Response sign_in(Flow& flow, Browser& browser) {
  const http::Response away = flow.get("/connections", &browser);
  REQUIRE(away.status == 302);
  REQUIRE(location(away).starts_with("https://app.test/auth/mcp"));
  const http::Response hop =
      flow.post_form("/callback", {{"state", location_parameter(away, "state")}, {"clerk_token", proof}});
  REQUIRE(hop.status == 303);
  return flow.get(location(hop).substr(issuer.size()), &browser);
}

http::Response visit(Flow& flow, Browser& browser) {
  REQUIRE(sign_in(flow, browser).status == 302);
  return flow.get("/connections", &browser);
}

std::string value_of(const http::Response& page, std::string_view name, std::size_t from = 0) {
  const std::string before = "name=\"" + std::string{name} + "\" value=\"";
  const std::size_t begin = page.body.find(before, from);
  REQUIRE(begin != std::string::npos);
  return page.body.substr(begin + before.size(), page.body.find('"', begin + before.size()) - begin - before.size());
}

http::Response call_api(Flow& flow, http::Method method, std::string target, std::string_view token) {
  http::Request request{.method = method, .target = std::move(target)};
  if (!token.empty()) request.headers.set("Authorization", "Bearer " + std::string{token});
  return flow.send(std::move(request));
}

std::string only_id(Flow& flow) {
  const auto answer = json::parse(call_api(flow, http::Method::get, "/api/connections", "token-of-user_1").body);
  REQUIRE(answer);
  const auto& connections = answer->at("connections").as_array();
  REQUIRE(connections.size() == 1);
  return std::string{std::string_view{connections[0].at("id").as_string()}};
}

}  // namespace

TEST_CASE("who is not signed in goes to the sign-in, and comes back to the list") {
  Flow flow;
  Browser browser;
  const http::Response back = sign_in(flow, browser);
  CHECK(back.status == 302);
  CHECK(location(back) == "https://mcp.test/connections");
  for (std::string_view attribute : {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"})
    CHECK(header(back, "Set-Cookie").contains(attribute));
  CHECK(flow.sign_in.begun.back().client_name.empty());
  const http::Response page = flow.get("/connections", &browser);
  CHECK(page.status == 200);
  CHECK(page.body.contains("No assistant is connected"));
  CHECK(header(page, "Content-Security-Policy").contains("frame-ancestors 'none'"));
  CHECK(header(page, "Cache-Control") == "no-store");
}

TEST_CASE("who comes too often sees a page that says so, and the app's page is told when to come again") {
  Flow flow;
  connect(flow);
  Browser browser;
  flow.throttle.wait = 3s;
  for (const http::Response& refused :
       {call_api(flow, http::Method::get, "/api/connections", "token-of-user_1"), sign_in(flow, browser)}) {
    CHECK(refused.status == 429);
    CHECK(header(refused, "Retry-After") == "3");
  }
  flow.throttle.wait = 0s;
  CHECK_FALSE(only_id(flow).empty());
}

TEST_CASE("a visit opens no connection, and another browser cannot finish it") {
  Flow flow;
  Browser browser, stranger;
  const std::string state = location_parameter(flow.get("/connections", &browser), "state");
  (void)flow.get("/connections", &stranger);
  const std::string target = "/callback?" + uri::Form{{"state", state}, {"clerk_token", proof}}.serialize();
  CHECK(flow.get(target, &stranger).status == 400);
  CHECK_FALSE(stranger.cookies.contains(session_cookie));
  CHECK(flow.get(target, &browser).status == 302);
  CHECK(flow.get(target, &browser).status == 400);
  for (const auto& [key, entry] : flow.host.store.records()) CHECK_FALSE(key.starts_with("grant/"));
}

TEST_CASE("the list has what the user was told when it was approved, and when it was used") {
  Flow flow;
  connect(flow, "Old <Assistant>");
  flow.host.clock.advance(50h);
  const Connected used = connect(flow, "New Assistant");
  flow.host.clock.advance(3h);
  REQUIRE(flow.refresh(used.client, used.refresh_token).status == 200);
  Browser browser;
  const http::Response page = visit(flow, browser);
  for (std::string_view text :
       {"“<bdi>Old &lt;Assistant&gt;</bdi>”", "“<bdi>New Assistant</bdi>”", "assistant.test", "see your orders",
        "2 days ago", "within the last hour", "<dd>acme</dd>", "Ada &lt;Lovelace&gt;", "Disconnect all"})
    CHECK(page.body.contains(text));
  CHECK(page.body.find("New Assistant") < page.body.find("Old &lt;"));  // the last used first
  CHECK_FALSE(page.body.contains("<script"));
}

TEST_CASE("the list says what each assistant did lately, in plain words, and goes without where that is not known") {
  Flow flow;
  connect(flow);
  const std::string id = only_id(flow);
  const TimePoint now = flow.host.clock.now();
  flow.recent_calls.calls[id] = {
      {now, "tools/call", "search_orders", "Search <orders>", "ok", 12},
      {now - 61s, "tools/call", "cancel_order", "Cancel an order", "tool_error", 1},
      {now - 5min, "resources/read", "acme://x", "acme://x", "denied", 1},
      {now - 3h, "tools/call", "cancel_order", "Cancel an order", "began", 1},
  };
  flow.recent_calls.calls["another's"] = {{now, "tools/call", "x", "Canary", "ok", 1}};
  Browser browser;
  const http::Response page = visit(flow, browser);
  for (std::string_view text : {"Did lately", "<bdi>Search &lt;orders&gt;</bdi>, 12 times <small>just now</small>",
                                "<bdi>Cancel an order</bdi> <small>1 minute ago · did not work</small>",
                                "5 minutes ago · not allowed", "3 hours ago · not known to have ended"})
    CHECK(page.body.contains(text));
  CHECK_FALSE(page.body.contains("Canary"));

  const auto answer = json::parse(call_api(flow, http::Method::get, "/api/connections", "token-of-user_1").body);
  REQUIRE(answer);
  const json::Value& calls = answer->at("connections").at(0).at("recent_calls");
  CHECK(calls.as_array().size() == 4);
  CHECK(calls.at(0) == json::Value(json::Object{{"at", now.time_since_epoch().count()},
                                                {"method", "tools/call"},
                                                {"name", "search_orders"},
                                                {"title", "Search <orders>"},
                                                {"outcome", "ok"},
                                                {"calls", 12}}));
  flow.recent_calls.fails = true;
  const http::Response without = flow.get("/connections", &browser);
  CHECK(without.status == 200);
  CHECK_FALSE(without.body.contains("Did lately"));
  CHECK_FALSE(without.body.contains("canary"));
}

TEST_CASE("what is not connected, or not any more, is not in the list") {
  Flow flow;
  const Connected revoked = connect(flow, "Revoked");
  REQUIRE(flow.send(Flow::token_request({{"client_id", revoked.client}, {"token", revoked.refresh_token}})).status ==
          400);
  http::Request revocation = Flow::token_request({{"client_id", revoked.client}, {"token", revoked.refresh_token}});
  revocation.target = "/revoke";
  REQUIRE(flow.send(std::move(revocation)).status == 200);
  (void)flow.code_for(flow.register_public("Unredeemed"));
  connect(flow, "Forgotten");
  flow.host.clock.advance(31 * 24h);
  const std::string body = call_api(flow, http::Method::get, "/api/connections", "token-of-user_1").body;
  CHECK(body == R"({"connections":[]})");
}

TEST_CASE("who acts as the user connects what the user can see, and decides about nothing here") {
  Flow flow;
  flow.sign_in.actor = "user_staff <Sam>";
  connect(flow, "Support Assistant");
  Browser staff;
  CHECK(sign_in(flow, staff).status == 403);
  CHECK_FALSE(staff.cookies.contains(session_cookie));
  for (const http::Method method : {http::Method::get, http::Method::delete_})
    CHECK(call_api(flow, method, "/api/connections", "token-of-user_1").status == 403);

  flow.sign_in.actor.clear();
  Browser browser;
  CHECK(visit(flow, browser).body.contains("somebody who acts for you: <bdi>user_staff &lt;Sam&gt;</bdi>"));
  const auto listed = json::parse(call_api(flow, http::Method::get, "/api/connections", "token-of-user_1").body);
  CHECK(listed->at("connections").at(0).at("actor") == "user_staff <Sam>");
}

TEST_CASE("one is disconnected, at once, and the other stays") {
  Flow flow;
  const Connected one = connect(flow, "One"), other = connect(flow, "Other");
  Browser browser;
  const http::Response page = visit(flow, browser);
  const std::string id = value_of(page, "connection", page.body.find("<bdi>One"));
  const http::Response done =
      flow.post_form("/connections/disconnect", {{"token", value_of(page, "token")}, {"connection", id}}, &browser);
  CHECK(done.status == 303);
  CHECK(location(done) == "https://mcp.test/connections");
  CHECK(flow.use(one.access_token) == 401);
  CHECK(flow.refresh(one.client, one.refresh_token).status == 400);
  CHECK(flow.use(other.access_token) == 200);
  const http::Response rest = flow.get("/connections", &browser);
  CHECK_FALSE(rest.body.contains("<bdi>One"));
  CHECK(rest.body.contains("<bdi>Other"));
  CHECK(flow.host.log.contains("disconnected by the user"));
  CHECK(flow.post_form("/connections/disconnect", {{"token", value_of(page, "token")}, {"connection", id}}, &browser)
            .status == 303);  // pressed twice
}

TEST_CASE("all are disconnected, and a code that waits is worth nothing") {
  Flow flow;
  const Connected one = connect(flow, "One"), other = connect(flow, "Other");
  const std::string waiting = flow.register_public("Waiting");
  const std::string code = flow.code_for(waiting);
  Browser browser, another;
  const http::Response page = visit(flow, browser);
  const uri::Form form{{"token", value_of(page, "token")}, {"connection", "all"}};
  CHECK(flow.post_form("/connections/disconnect", form, &browser).status == 303);
  CHECK(flow.use(one.access_token) == 401);
  CHECK(flow.use(other.access_token) == 401);
  CHECK(flow.redeem(waiting, code).status == 400);
  CHECK(flow.get("/connections", &browser).body.contains("No assistant is connected"));
}

TEST_CASE("a form from elsewhere, of another session or of none disconnects nothing (threat 12)") {
  Flow flow;
  const Connected mine = connect(flow);
  Browser browser, other;
  const http::Response page = visit(flow, browser);
  const std::string other_token = value_of(visit(flow, other), "token");
  const std::string token = value_of(page, "token");
  const uri::Form good{{"token", token}, {"connection", value_of(page, "connection")}};
  CHECK(flow.post_form("/connections/disconnect", good).status == 400);  // no cookie
  CHECK(flow.post_form("/connections/disconnect", {{"token", other_token}, {"connection", "all"}}, &browser).status ==
        400);
  CHECK(flow.post_form("/connections/disconnect", {{"connection", "all"}}, &browser).status == 400);
  CHECK(flow.post_form("/connections/disconnect", {{"token", token}}, &browser).status == 400);
  http::Request cross{.method = http::Method::post, .target = "/connections/disconnect", .body = good.serialize()};
  cross.headers.set("Content-Type", "application/x-www-form-urlencoded");
  cross.headers.set("Cookie", browser.header());
  cross.headers.set("Sec-Fetch-Site", "cross-site");
  CHECK(flow.send(std::move(cross)).status == 400);
  Browser forger = browser;
  forger.cookies[session_cookie].back() ^= 1;
  CHECK(flow.get("/connections", &forger).status == 302);
  CHECK(flow.use(mine.access_token) == 200);
  CHECK(flow.post_form("/connections/disconnect", good, &browser).status == 303);
}

TEST_CASE(
    "a session of ours lasts ten minutes, and no longer than the provider's; while that cannot be asked it goes on") {
  Flow flow;
  Browser browser;
  REQUIRE(visit(flow, browser).status == 200);
  flow.sign_in.confirm_fails = Error{Error::Kind::unavailable, "down"};
  CHECK(flow.get("/connections", &browser).status == 200);
  flow.sign_in.confirm_fails = Error{Error::Kind::unauthorized, "ended"};
  CHECK(flow.get("/connections", &browser).status == 302);
  flow.sign_in.confirm_fails = std::nullopt;
  flow.host.clock.advance(10min);
  CHECK(flow.get("/connections", &browser).status == 302);
}

TEST_CASE("the app's own page lists and disconnects by its user's session token") {
  Flow flow;
  const Connected mine = connect(flow);
  const http::Response listed = call_api(flow, http::Method::get, "/api/connections", "token-of-user_1");
  CHECK(listed.status == 200);
  const auto answer = json::parse(listed.body);
  REQUIRE(answer);
  const json::Value& connection = answer->at("connections").at(0);
  CHECK(std::string_view{connection.at("client_id").as_string()} == mine.client);
  CHECK(connection.at("client_name") == "Test Assistant");
  CHECK(connection.at("client_host").is_null());
  CHECK(std::string_view{connection.at("redirect_uri").as_string()} == redirect_uri);
  CHECK(connection.at("scopes") == json::Array{"orders:read", "orders:write"});
  CHECK(connection.at("organization_id") == "org_1");
  CHECK(connection.at("connected_at") == flow.host.clock.now().time_since_epoch().count());

  const std::string path = "/api/connections/" + only_id(flow);
  CHECK(call_api(flow, http::Method::delete_, path, "token-of-user_2").status == 404);  // an id is no permission
  CHECK(flow.use(mine.access_token) == 200);
  CHECK(call_api(flow, http::Method::delete_, path, "token-of-user_1").status == 204);
  CHECK(flow.use(mine.access_token) == 401);
  CHECK(call_api(flow, http::Method::delete_, path, "token-of-user_1").status == 404);
  CHECK(call_api(flow, http::Method::delete_, "/api/connections/..%2Fx", "token-of-user_1").status >= 400);
  CHECK(call_api(flow, http::Method::delete_, "/api/connections/x", "token-of-user_1").status == 404);

  const Connected one = connect(flow), other = connect(flow);
  CHECK(call_api(flow, http::Method::delete_, "/api/connections", "token-of-user_2").status == 204);
  CHECK(flow.use(one.access_token) == 200);
  CHECK(call_api(flow, http::Method::delete_, "/api/connections", "token-of-user_1").status == 204);
  CHECK(flow.use(one.access_token) == 401);
  CHECK(flow.use(other.access_token) == 401);
}

TEST_CASE("without a good session token the app's page learns nothing") {
  Flow flow;
  const Connected mine = connect(flow);
  const std::string path = "/api/connections/" + only_id(flow);
  struct Row {
    std::optional<Error::Kind> fails;
    std::string token;
    int status;
  };
  for (const Row& row :
       {Row{std::nullopt, "", 401}, Row{std::nullopt, mine.access_token, 401},
        Row{Error::Kind::unauthorized, "token-of-user_1", 401}, Row{Error::Kind::forbidden, "token-of-user_1", 403},
        Row{Error::Kind::unavailable, "token-of-user_1", 503}}) {
    flow.sign_in.complete_fails.reset();
    if (row.fails) flow.sign_in.complete_fails = Error{*row.fails, "canary-internal-reason"};
    for (auto [method, target] :
         {std::pair{http::Method::get, std::string{"/api/connections"}},
          std::pair{http::Method::delete_, std::string{"/api/connections"}}, std::pair{http::Method::delete_, path}}) {
      const http::Response response = call_api(flow, method, target, row.token);
      CHECK(response.status == row.status);
      CHECK_FALSE(response.body.contains("canary"));
      CHECK_FALSE(response.body.contains("Test Assistant"));
      CHECK(header(response, "Cache-Control") == "no-store");
    }
  }
  CHECK(flow.use(mine.access_token) == 200);
}

}  // namespace postern::oauth
