#include "emulators/clerk/browser.hpp"

#include <doctest/doctest.h>

#include "emulators/clerk/test_emulator.hpp"
#include "postern/http/cookie.hpp"
#include "postern/uri/form.hpp"

using namespace postern;
using namespace postern::emulator;

namespace {

const std::string app = "http://localhost:8789";

std::string parameter(std::string_view url, std::string_view name) {
  const auto form = uri::Form::parse(url.substr(url.find('?') + 1));
  REQUIRE(form.has_value());
  const std::string* value = form->find_only(name);
  return value ? *value : "";
}

// Posts the sign-in form as the page would, and follows what the app's SDK does next: handshake, payload.
struct Visitor {
  TestEmulator& clerk;
  std::string browser;

  Reply choose(std::string_view user_id, const std::string& redirect_url) {
    return clerk.post("/sign-in", uri::Form{{"user_id", user_id}, {"redirect_url", redirect_url}}.serialize());
  }
  std::vector<std::string> handshake(const std::string& redirect_url) {
    const uri::Form query{{"redirect_url", redirect_url}, {"format", "nonce"}, {"__clerk_db_jwt", browser}};
    const Reply reply = clerk.get("/v1/client/handshake?" + query.serialize());
    REQUIRE(reply.status == 307);
    const std::string nonce = parameter(reply.header("Location"), "__clerk_handshake_nonce");
    const Reply payload = clerk.get("/v1/clients/handshake_payload?nonce=" + nonce);
    REQUIRE(payload.status == 200);
    std::vector<std::string> directives;
    for (const auto& one : payload.object().at("directives").as_array())
      directives.emplace_back(one.as_string().c_str());
    return directives;
  }
};

std::string cookie_value(const std::vector<std::string>& directives, std::string_view name) {
  for (const std::string& directive : directives) {
    if (directive.starts_with(std::string(name) + "=")) {
      return directive.substr(name.size() + 1, directive.find(';') - name.size() - 1);
    }
  }
  FAIL("no such cookie");
  return {};
}

}  // namespace

TEST_CASE("one click signs in, and the app gets its cookies by handshake") {
  TestEmulator clerk;
  Visitor visitor{clerk, ""};
  const Reply chosen = visitor.choose(ada, app + "/orders?page=2#top");
  CHECK(chosen.status == 303);
  const std::string back = chosen.header("Location");
  CHECK(back.starts_with(app + "/orders?page=2&__clerk_db_jwt="));
  CHECK(back.ends_with("#top"));
  visitor.browser = parameter(back.substr(0, back.find('#')), "__clerk_db_jwt");

  const auto directives = visitor.handshake(app + "/orders");
  const std::string token = cookie_value(directives, "__session");
  const auto claims = clerk.emulator.world().key().verify(token);
  REQUIRE(claims.has_value());
  CHECK(text_of(claims->at("sub")) == ada);
  CHECK(claims->at("azp") == app.c_str());  // the origin that it was made for
  CHECK(cookie_value(directives, "__clerk_db_jwt") == visitor.browser);
  CHECK(cookie_value(directives, "__client_uat") == std::to_string(claims->at("iat").as_int64()));
  CHECK(directives.back().starts_with("__session="));  // the SDK takes the last one
}

TEST_CASE("a handshake of somebody who is not signed in says so") {
  TestEmulator clerk;
  Visitor visitor{clerk, ""};
  const auto directives = visitor.handshake(app + "/");
  CHECK(cookie_value(directives, "__client_uat") == "0");
  CHECK(cookie_value(directives, "__session").empty());
  CHECK_FALSE(cookie_value(directives, "__clerk_db_jwt").empty());
}

TEST_CASE("a nonce is good once, and for half a minute") {
  TestEmulator clerk;
  const std::string target = "/v1/client/handshake?format=nonce&redirect_url=" + app;
  const auto nonce_of = [&] { return parameter(clerk.get(target).header("Location"), "__clerk_handshake_nonce"); };
  const std::string once = nonce_of();
  CHECK(clerk.get("/v1/clients/handshake_payload?nonce=" + once).status == 200);
  CHECK(clerk.get("/v1/clients/handshake_payload?nonce=" + once).status == 404);
  const std::string late = nonce_of();
  clerk.clock.advance(std::chrono::seconds{30});
  CHECK(clerk.get("/v1/clients/handshake_payload?nonce=" + late).status == 404);
  CHECK(clerk.get("/v1/clients/handshake_payload").status == 404);
}

TEST_CASE("nobody is sent to another machine") {
  TestEmulator clerk;
  for (const std::string_view target :
       {"https://evil.example/", "//evil.example", "http://127.0.0.1.evil.example", "http://localhost:1@evil.example/",
        "javascript:alert(1)", "/orders", "http://2130706433/", "http://[::ffff:1.2.3.4]/"}) {
    CAPTURE(target);
    const std::string query = uri::Form{{"redirect_url", target}, {"user_id", ada}}.serialize();
    CHECK(clerk.get("/v1/client/handshake?" + query).status == 422);
    CHECK(clerk.get("/sign-in?" + query).status == 400);
    CHECK(clerk.get("/sign-out?" + query).status == 400);
    CHECK(clerk.post("/sign-in", query).status == 400);
    CHECK(clerk.post("/sign-out", query).status == 400);
  }
  CHECK(clerk.get("/__emulator/state").object().at("sessions").as_array().empty());
}

TEST_CASE("the sign-in page shows people, escapes what it is told, and frames nobody") {
  TestEmulator clerk;
  clerk.post("/v1/users", R"({"username":"<script>alert(1)</script>"})");
  const Reply page = clerk.get("/sign-in?redirect_url=" + app + "/%3Fq%3D%27a%26b");
  REQUIRE(page.status == 200);
  for (const auto name : {"Ada Lovelace", "Grace Hopper", "Katherine Johnson", "&lt;script&gt;"}) {
    CHECK(page.body.find(name) != std::string::npos);
  }
  CHECK(page.body.find("<script") == std::string::npos);
  CHECK(page.body.find("?q='a&b") == std::string::npos);
  CHECK(page.header("Content-Security-Policy").find("frame-ancestors 'none'") != std::string::npos);
}

TEST_CASE("the banned, the locked and the unknown do not sign in") {
  TestEmulator clerk;
  Visitor visitor{clerk, ""};
  clerk.post("/v1/users/" + std::string(ada) + "/ban");
  clerk.post("/v1/users/" + std::string(grace) + "/lock");
  CHECK(visitor.choose(ada, app).status == 403);
  CHECK(visitor.choose(grace, app).status == 403);
  CHECK(visitor.choose("user_nobody", app).status == 404);
  CHECK(clerk.post("/sign-in", "user_id=%zz").status == 400);
}

TEST_CASE("signing out ends the session of this browser only") {
  TestEmulator clerk;
  Visitor one{clerk, ""}, two{clerk, ""};
  one.browser = parameter(one.choose(ada, app).header("Location"), "__clerk_db_jwt");
  two.browser = parameter(two.choose(grace, app).header("Location"), "__clerk_db_jwt");
  clerk.headers.set("Cookie", "__client=" + one.browser);
  CHECK(clerk.post("/sign-out", "redirect_url=" + app).status == 303);
  clerk.headers.remove("Cookie");
  CHECK(cookie_value(one.handshake(app), "__session").empty());
  CHECK_FALSE(cookie_value(two.handshake(app), "__session").empty());
}

TEST_CASE("a sign-in link works once") {
  TestEmulator clerk;
  const Reply made =
      clerk.post("/v1/sign_in_tokens", R"({"user_id":"user_AdaLovelace0000000000000001","expires_in_seconds":60})");
  REQUIRE(made.status == 200);
  const std::string ticket = text_of(made.object().at("token"));
  const Reply page = clerk.get("/sign-in?__clerk_ticket=" + ticket);
  CHECK(page.body.find("Ada Lovelace") != std::string::npos);
  CHECK(page.body.find("Grace Hopper") == std::string::npos);
  CHECK(clerk.post("/sign-in", "ticket=" + ticket).status == 303);
  CHECK(clerk.post("/sign-in", "ticket=" + ticket).status == 404);
  CHECK(clerk.get("/sign-in?__clerk_ticket=" + ticket).status == 404);
  // The ticket decides, not what stands beside it.
  CHECK(clerk.post("/sign-in", "ticket=" + ticket + "&user_id=" + std::string(grace)).status == 404);
}

TEST_CASE("an expired session token is renewed for its own browser and origin only") {  // clerk.md 3.6
  TestEmulator clerk;
  Visitor visitor{clerk, ""};
  visitor.browser = parameter(visitor.choose(ada, app).header("Location"), "__clerk_db_jwt");
  const auto directives = visitor.handshake(app);
  const std::string token = cookie_value(directives, "__session");
  const std::string suffix = directives[1].substr(14, directives[1].find('=') - 14);  // after "__clerk_db_jwt"
  const std::string refresh_token = cookie_value(directives, "__refresh" + suffix);
  const std::string session = text_of(part_of(token, 1).at("sid"));
  const std::string backend_made =
      clerk.post("/v1/sessions/" + session + "/tokens").object().at("jwt").as_string().c_str();
  clerk.post("/__emulator/clock/advance", R"({"seconds":61})");

  struct Row {
    std::string session, expired, refresh, origin;
    int status;
    std::string_view code;
  };
  const std::string other = clerk.start_session(grace);
  for (const Row& row : {
           Row{session, token, refresh_token, app, 200, ""},
           Row{session, token, "another", app, 401, "refresh_token_not_found"},
           Row{session, token, refresh_token, "http://localhost:3000", 401, "refresh_request_origin_azp_mismatch"},
           Row{other, token, refresh_token, app, 401, "refresh_sid_mismatch"},
           Row{session, token + "x", refresh_token, app, 401, "expired_session_token_invalid"},
           Row{session, backend_made, refresh_token, app, 401, "expired_session_token_missing_azp"},
           Row{session, token, "", app, 422, "form_param_missing"},
       }) {
    CAPTURE(row.code);
    const json::Object body{{"expired_token", row.expired},
                            {"refresh_token", row.refresh},
                            {"request_origin", row.origin},
                            {"format", "cookie"}};
    const Reply reply =
        clerk.post("/v1/sessions/" + row.session + "/refresh?suffixed_cookies=true", json::serialize(body));
    CHECK(reply.status == row.status);
    if (row.status == 200) CHECK(reply.object().at("cookies").as_array().size() == 2);
    if (row.status != 200) CHECK(reply.code() == row.code);
  }
}

TEST_CASE("a url gets a parameter without losing what it had") {
  using browser::with_parameter;
  CHECK(with_parameter("http://a/b", "x", "1") == "http://a/b?x=1");
  CHECK(with_parameter("http://a/b?", "x", "1") == "http://a/b?x=1");
  CHECK(with_parameter("http://a/b?c=%20&x=0&d#f?x=2", "x", "1") == "http://a/b?c=%20&d&x=1#f?x=2");
  CHECK(with_parameter("http://a/b", "x", "a b&c") == "http://a/b?x=a%20b%26c");
}
