#include "acme-app/acme_app.hpp"

#include <doctest/doctest.h>

#include <map>

#include "emulators/clerk/test_emulator.hpp"
#include "postern/testing/handler_fetch.hpp"
#include "postern/testing/test_ports.hpp"
#include "postern/uri/form.hpp"
#include "postern/uri/url.hpp"

using namespace postern;
using emulator::ada;
using emulator::grace;
using emulator::katherine;
using emulator::Reply;
using emulator::TestEmulator;
using emulator::text_of;
using http::Method;
using namespace std::chrono_literals;

namespace {

const std::string clerk_url = "http://127.0.0.1:8790";

acme::Settings settings() {
  auto read = acme::Settings::read([](std::string_view name) -> std::optional<std::string> {
    if (name == "CLERK_PUBLISHABLE_KEY") return "pk_test_MTI3LjAuMC4xOjg3OTAk";
    if (name == "CLERK_SECRET_KEY") return "sk_test_postern_offline_clerk";
    if (name == "CLERK_API_URL") return clerk_url;
    return std::nullopt;
  });
  REQUIRE(read.has_value());
  return *std::move(read);
}

struct Shop {
  TestEmulator clerk;
  testing::TestPorts test;
  testing::HandlerFetch fetch;
  Ports ports{clerk.clock, test.random, test.crypto, fetch, test.store, test.cache, test.log, test.bus};
  acme::AcmeApp app{settings(), ports};

  Shop() { fetch.serve(clerk_url, clerk.emulator); }

  Reply send(Method method, std::string_view target, http::HeaderMap headers = {}, std::string_view body = "") {
    http::Request request{
        .method = method, .target = std::string(target), .headers = std::move(headers), .body = std::string(body)};
    http::Response response = run_ready(app.handle(std::move(request)));
    return {.status = response.status, .headers = std::move(response.headers), .body = std::move(response.body)};
  }

  std::string mint(std::string_view user_id, std::string_view below = "/postern", std::string_view organization = "") {
    json::Object session{{"user_id", user_id}};
    if (!organization.empty()) session["active_organization_id"] = organization;
    const Reply started = clerk.post("/v1/sessions", json::serialize(session));
    REQUIRE(started.status == 200);
    const Reply reply =
        clerk.post("/v1/sessions/" + text_of(started.object().at("id")) + "/tokens" + std::string(below));
    REQUIRE(reply.status == 200);
    return text_of(reply.object().at("jwt"));
  }
  Reply api(Method method, std::string_view target, std::string_view token) {
    return send(method, target, {{"Authorization", "Bearer " + std::string(token)}});
  }
};

// A browser that goes between the shop and Clerk: one set of cookies, as both are one host to it.
struct Browser {
  Shop& shop;
  std::map<std::string, std::string> cookies{};
  std::string at{};  // the last address

  void take_cookies(const Reply& reply) {
    for (const auto& field : reply.headers) {
      if (!http::equal_ignoring_case(field.name, "Set-Cookie")) continue;
      const std::string pair = field.value.substr(0, field.value.find(';'));
      const std::string name = pair.substr(0, pair.find('=')), value = pair.substr(pair.find('=') + 1);
      if (field.value.contains("Max-Age=0"))
        cookies.erase(name);
      else
        cookies[name] = value;
    }
  }

  Reply request(Method method, const std::string& url, std::string_view body = "") {
    const auto parsed = uri::Url::parse(url);
    REQUIRE(parsed.has_value());
    std::string header;
    for (const auto& [name, value] : cookies) header += (header.empty() ? "" : "; ") + name + "=" + value;
    std::string target = url.substr(parsed->origin().size());
    http::HeaderMap headers{{"Accept", "text/html"}};
    if (!header.empty()) headers.set("Cookie", header);
    if (method == Method::post) headers.set("Origin", parsed->origin());
    at = url;
    Reply reply;
    if (parsed->port() == 8790) {
      headers.set("Host", "127.0.0.1:8790");
      const http::HeaderMap before = std::exchange(shop.clerk.headers, headers);
      reply = shop.clerk.send(method, target, body);
      shop.clerk.headers = before;
    } else {
      reply = shop.send(method, target, headers, body);
    }
    take_cookies(reply);
    return reply;
  }

  Reply visit(std::string url) {
    for (int hop = 0; hop < 12; ++hop) {
      Reply reply = request(Method::get, url);
      if (reply.status < 300 || reply.status > 399) return reply;
      const std::string location = reply.header("Location");
      url = location.starts_with('/') ? "http://localhost:8789" + location : location;
    }
    FAIL("a loop of redirects");
    return {};
  }

  // Goes to a page that needs sign-in, picks a user on the way, and arrives.
  Reply sign_in(const std::string& url, std::string_view user_id) {
    const Reply picker = visit(url);
    REQUIRE(at.starts_with("http://127.0.0.1:8790/sign-in?"));
    const auto query = uri::Form::parse(at.substr(at.find('?') + 1));
    const std::string back = *query->find_only("redirect_url");
    const Reply chosen = request(Method::post, "http://127.0.0.1:8790/sign-in",
                                 uri::Form{{"user_id", user_id}, {"redirect_url", back}}.serialize());
    REQUIRE(chosen.status == 303);
    return visit(chosen.header("Location"));
  }
};

const std::string shop_url = "http://localhost:8789";

std::string connect_url(std::string_view callback_url, std::string_view client_name = "Claude") {
  return shop_url + "/auth/mcp?" +
         uri::Form{{"state", "s-1"}, {"callback_url", callback_url}, {"client_name", client_name}}.serialize();
}

std::string hidden_value(const std::string& html, std::string_view name) {
  const std::string start = "name=\"" + std::string(name) + "\" value=\"";
  const std::size_t at = html.find(start);
  REQUIRE(at != std::string::npos);
  return html.substr(at + start.size(), html.find('"', at + start.size()) - at - start.size());
}

}  // namespace

TEST_CASE("the api takes the user's tokens and no others") {
  Shop shop;
  const std::string good = shop.mint(ada);
  CHECK(shop.api(Method::get, "/api/orders", good).status == 200);

  const Reply other_audience =
      shop.clerk.post("/v1/jwt_templates", R"({"name":"other","claims":{"aud":"another-app"}})");
  REQUIRE(other_audience.status == 200);
  shop.clerk.post("/v1/jwt_templates", R"({"name":"none","claims":{}})");
  shop.clerk.post("/v1/jwt_templates", R"({"name":"long","claims":{"aud":"acme-app"},"lifetime":3600})");
  struct Row {
    std::string_view what;
    std::string authorization;
  };
  const std::string bent = good.substr(0, good.size() - 4) + "AAAA";
  for (const Row& row : {
           Row{"nothing", ""},
           Row{"no token", "Bearer "},
           Row{"another scheme", "Basic " + good},
           Row{"no scheme", good},
           Row{"not a token", "Bearer abc"},
           Row{"a bent signature", "Bearer " + bent},
           Row{"a template of another audience", "Bearer " + shop.mint(ada, "/other")},
           Row{"a template of no audience", "Bearer " + shop.mint(ada, "/none")},
           Row{"a token of an hour", "Bearer " + shop.mint(ada, "/long")},
           Row{"a session token of no origin", "Bearer " + shop.mint(ada, "")},
       }) {
    CAPTURE(row.what);
    http::HeaderMap headers;
    if (!row.authorization.empty()) headers.set("Authorization", row.authorization);
    for (const std::string_view target : {"/api/orders", "/api/users", "/api/orders/x"}) {
      const Reply reply = shop.send(Method::get, target, headers);
      CHECK(reply.status == 401);
      CHECK(reply.object().at("error") == "unauthorized");
      CHECK(reply.header("WWW-Authenticate") == "Bearer");
    }
    CHECK(shop.send(Method::post, "/api/orders/x/cancel", headers).status == 401);
  }
  shop.clerk.clock.advance(66s);  // its minute, and the skew
  CHECK(shop.api(Method::get, "/api/orders", good).status == 401);
}

TEST_CASE("a session token of the shop's own origin is taken as well") {
  Shop shop;
  Browser browser{shop};
  browser.sign_in(shop_url + "/orders", ada);
  CHECK(shop.api(Method::get, "/api/orders", browser.cookies["__session"]).status == 200);
}

TEST_CASE("orders are listed in pages, searched, and told apart by user") {
  Shop shop;
  const std::string token = shop.mint(ada), other = shop.mint(grace);
  const json::Object first = shop.api(Method::get, "/api/orders?limit=5", token).object();
  REQUIRE(first.at("orders").as_array().size() == 5);
  const json::Object order = first.at("orders").as_array().at(0).as_object();
  for (const auto member : {"id", "status", "placed_on", "total_cents", "currency", "items"})
    CHECK(order.contains(member));
  const std::string cursor = text_of(first.at("next_cursor"));
  const json::Object second = shop.api(Method::get, "/api/orders?limit=5&cursor=" + cursor, token).object();
  CHECK(second.at("orders").as_array().at(0).as_object().at("id") != order.at("id"));
  CHECK(shop.api(Method::get, "/api/orders?limit=5&cursor=" + cursor, other).status == 400);

  const std::string target = "/api/orders/" + text_of(order.at("id"));
  CHECK(shop.api(Method::get, target, token).status == 200);
  CHECK(shop.api(Method::get, target, other).object().at("error") == "not_found");
  CHECK(shop.api(Method::post, target + "/cancel", other).status == 404);
  CHECK(text_of(shop.api(Method::post, target + "/cancel", token).object().at("status")) == "cancelled");
  CHECK(shop.api(Method::post, target + "/cancel", token).object().at("error") == "conflict");
}

TEST_CASE("bad questions about orders are answered 400") {
  Shop shop;
  const std::string token = shop.mint(ada);
  for (const std::string query : {"limit=0", "limit=101", "limit=x", "limit=-1", "status=lost", "cursor=x", "q=%zz",
                                  "q=a&q=b", "limit=99999999999999999999"}) {
    CAPTURE(query);
    const Reply reply = shop.api(Method::get, "/api/orders?" + query, token);
    CHECK(reply.status == 400);
    CHECK(reply.object().at("error") == "invalid");
  }
  CHECK(shop.api(Method::get, "/api/orders?q=" + std::string(101, 'a'), token).status == 400);
  CHECK(shop.api(Method::post, "/api/orders", token).status == 405);
}

TEST_CASE("of people a user sees themselves, and the members of the organization that is open, and nobody else") {
  Shop shop;
  const auto shown = [&](const std::string& token) {
    const Reply reply = shop.api(Method::get, "/api/users", token);
    REQUIRE(reply.status == 200);
    return reply.object().at("users").as_array();
  };
  const json::Array alone = shown(shop.mint(ada));
  REQUIRE(alone.size() == 1);
  CHECK(json::serialize(alone.at(0)) ==
        R"({"id":"user_AdaLovelace0000000000000001","name":"Ada Lovelace","email":"ada@acme.test"})");
  CHECK(shown(shop.mint(ada, "/postern", "org_Acme00000000000000000000001")).size() == 3);
  const json::Array at_globex = shown(shop.mint(katherine, "/postern", "org_Globex000000000000000000002"));
  REQUIRE(at_globex.size() == 1);
  CHECK(text_of(at_globex.at(0).as_object().at("id")) == katherine);
  shop.fetch.stop(clerk_url);
  CHECK(shop.api(Method::get, "/api/users", shop.mint(ada)).status == 503);
}

TEST_CASE("the front page is for everybody, orders are for who signed in") {
  Shop shop;
  Browser browser{shop};
  CHECK(browser.visit(shop_url + "/").body.contains("Sign in"));
  const Reply orders = browser.sign_in(shop_url + "/orders?status=open", ada);
  CHECK(orders.status == 200);
  CHECK(orders.body.contains("Ada Lovelace"));
  CHECK(browser.at == shop_url + "/orders?status=open");  // nothing of Clerk's stays in the address
  CHECK(browser.visit(shop_url + "/").body.contains("Ada Lovelace"));
}

TEST_CASE("a stale session is renewed on the way, and one that is over asks to sign in") {
  Shop shop;
  Browser browser{shop};
  browser.sign_in(shop_url + "/orders", ada);
  const std::string before = browser.cookies["__session"];
  shop.clerk.clock.advance(10min);
  browser.cookies.erase("__clerk_redirect_count");  // it lives two seconds
  CHECK(browser.visit(shop_url + "/orders").body.contains("Ada Lovelace"));
  CHECK(browser.cookies["__session"] != before);

  shop.clerk.post("/v1/users/" + std::string(ada) + "/ban");
  shop.clerk.clock.advance(10min);
  browser.cookies.erase("__clerk_redirect_count");
  browser.visit(shop_url + "/orders");
  CHECK(browser.at.starts_with("http://127.0.0.1:8790/sign-in?"));
}

TEST_CASE("keys that never fit end in the sign-in page, not in a loop") {
  Shop shop;
  Browser browser{shop};
  browser.cookies = {{"__session", "a.b.c"}, {"__client_uat", "1"}, {"__clerk_redirect_count", "3"}};
  browser.visit(shop_url + "/orders");
  CHECK(browser.at.starts_with("http://127.0.0.1:8790/sign-in?"));
}

TEST_CASE("signing out ends the session at Clerk, and only a form of ours can ask for it") {
  Shop shop;
  Browser browser{shop};
  browser.sign_in(shop_url + "/orders", ada);
  const std::string cookie = "__session=" + browser.cookies["__session"];
  CHECK(shop.send(Method::post, "/sign-out", {{"Cookie", cookie}}).status == 403);
  CHECK(shop.send(Method::post, "/sign-out", {{"Cookie", cookie}, {"Origin", "https://evil.example"}}).status == 403);
  CHECK(browser.visit(shop_url + "/sign-out").status == 200);
  CHECK(browser.request(Method::post, shop_url + "/sign-out").status == 303);
  const auto sessions = shop.clerk.get("/v1/sessions?user_id=" + std::string(ada)).json().as_array();
  CHECK(text_of(sessions.at(0).as_object().at("status")) == "revoked");
  CHECK(browser.visit(shop_url + "/").body.contains("Sign in"));
}

TEST_CASE("the connect page posts a fresh token of this user to the configured server") {
  Shop shop;
  Browser browser{shop};
  const Reply page = browser.sign_in(connect_url("http://localhost:8788/callback"), ada);
  REQUIRE(page.status == 200);
  CHECK(page.body.contains("action=\"http://localhost:8788/callback\""));
  CHECK(hidden_value(page.body, "state") == "s-1");
  const auto claims = shop.clerk.emulator.world().key().verify(hidden_value(page.body, "clerk_token"));
  REQUIRE(claims.has_value());
  CHECK(text_of(claims->at("sub")) == ada);
  CHECK(claims->at("azp") == "http://localhost:8789");
  CHECK(page.header("Cache-Control") == "no-store");

  shop.clerk.clock.advance(30s);  // still a good session, but its token is from before this connection
  browser.cookies.erase("__clerk_redirect_count");
  const Reply later = browser.visit(connect_url("http://localhost:8788/callback"));
  const auto fresh = shop.clerk.emulator.world().key().verify(hidden_value(later.body, "clerk_token"));
  REQUIRE(fresh.has_value());
  CHECK(fresh->at("iat") == to_unix_seconds(shop.clerk.clock.now()));
}

TEST_CASE("the connect page answers to no other server, and to nobody's half a link") {
  Shop shop;
  Browser browser{shop};
  browser.sign_in(shop_url + "/orders", ada);
  for (const std::string_view callback :
       {"https://evil.example/callback", "http://localhost:8788/callback/", "http://localhost:8788/callback?x=1",
        "http://localhost:8788.evil.example/callback", "http://LOCALHOST:8788/callback", ""}) {
    CAPTURE(callback);
    const Reply page = browser.visit(connect_url(callback));
    CHECK(page.status == 400);
    CHECK_FALSE(page.body.contains("clerk_token"));
  }
  const std::string right = "callback_url=http%3A%2F%2Flocalhost%3A8788%2Fcallback";
  for (const std::string& query :
       {right, right + "&state=", right + "&state=a&state=b", right + "&" + right + "&state=a",
        right + "&state=" + std::string(2049, 'a'), std::string("state=a")}) {
    CHECK(browser.visit(shop_url + "/auth/mcp?" + query).status == 400);
  }
}

TEST_CASE("a client's name is text, whatever is in it") {
  Shop shop;
  Browser browser{shop};
  browser.sign_in(shop_url + "/orders", ada);
  const Reply page = browser.visit(connect_url("http://localhost:8788/callback", "<img src=x onerror=alert(1)>"));
  REQUIRE(page.status == 200);
  CHECK_FALSE(page.body.contains("<img"));
  CHECK(page.body.contains("&lt;img"));
  const Reply longer = browser.visit(connect_url("http://localhost:8788/callback", std::string(5000, 'x')));
  CHECK_FALSE(longer.body.contains(std::string(101, 'x')));
}

TEST_CASE("where people sign in follows from the publishable key") {
  struct Row {
    std::string_view key, url;
  };
  for (const Row& row :
       {Row{"pk_test_MTI3LjAuMC4xOjg3OTAk", "http://127.0.0.1:8790/sign-in"},
        Row{"pk_test_dmVyYi1ub3VuLTEyLmNsZXJrLmFjY291bnRzLmRldiQ=", "https://verb-noun-12.accounts.dev/sign-in"},
        Row{"pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "https://accounts.example.com/sign-in"}}) {
    const auto read = acme::Settings::read([&](std::string_view name) -> std::optional<std::string> {
      if (name == "CLERK_PUBLISHABLE_KEY") return std::string(row.key);
      return name == "CLERK_SECRET_KEY" ? std::optional<std::string>("sk_test_x") : std::nullopt;
    });
    REQUIRE(read.has_value());
    CHECK(read->sign_in_url() == row.url);
  }
}
