#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "postern/base/encoding.hpp"
#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {

using namespace std::chrono_literals;

TEST_CASE("a code becomes an access token and a refresh token, not to be stored") {
  Flow flow;
  const std::string client = flow.register_public();
  const http::Response tokens = flow.redeem(client, flow.code_for(client, {{"scope", "orders:read"}}));
  CHECK(tokens.status == 200);
  CHECK(member(tokens, "token_type") == "Bearer");
  CHECK(member(tokens, "scope") == "orders:read");
  CHECK(header(tokens, "Cache-Control") == "no-store");
  CHECK(flow.use(member(tokens, "access_token")) == 200);
  CHECK_FALSE(member(tokens, "refresh_token").empty());
}

TEST_CASE("an access token that is issued is taken, and one that would be too long is not issued") {
  const auto with_scopes = [](std::size_t count) {
    Settings settings = Flow::settings();
    settings.scopes.clear();
    for (std::size_t i = 0; i < count; ++i)
      settings.scopes.push_back({"a.scope.whose.name.is.of.many.words:" + std::to_string(i), "To be many"});
    return settings;
  };
  for (const std::size_t count : {std::size_t{100}, std::size_t{200}}) {
    CAPTURE(count);
    Flow flow{with_scopes(count)};
    const std::string client = flow.register_public();
    const http::Response tokens = flow.redeem(client, flow.code_for(client));
    const bool fits = count == 100;
    CHECK(tokens.status == (fits ? 200 : 500));
    if (fits) CHECK(flow.use(member(tokens, "access_token")) == 200);
    CHECK(flow.host.log.contains("Declare fewer or shorter scopes") != fits);
  }
}

TEST_CASE("a code used twice revokes its grant") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string code = flow.code_for(client);
  const http::Response first = flow.redeem(client, code);
  const http::Response second = flow.redeem(client, code);
  CHECK(second.status == 400);
  CHECK(member(second, "error") == "invalid_grant");
  CHECK(flow.use(member(first, "access_token")) == 401);
  CHECK(member(flow.refresh(client, member(first, "refresh_token")), "error") == "invalid_grant");
  CHECK(flow.host.log.contains("code.replayed"));
}

// The same must hold on every store: the end-to-end tests repeat it on SQLite and on Durable Objects.
TEST_CASE("of 64 redemptions of one code at once exactly one succeeds, and its token is dead, in whatever order") {
  Flow flow;
  const std::string client = flow.register_public();
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    const auto request = Flow::token_request(Flow::redemption(client, flow.code_for(client)));
    const auto responses = flow.send_together(std::vector(64, request), seed == 0 ? std::nullopt : std::optional{seed});
    CHECK(std::ranges::count(responses, 200, &http::Response::status) == 1);
    CHECK(std::ranges::count(responses, 400, &http::Response::status) == 63);
    const auto winner = std::ranges::find(responses, 200, &http::Response::status);
    REQUIRE(winner != responses.end());
    CHECK(flow.use(member(*winner, "access_token")) == 401);
  }
}

TEST_CASE("what does not fit the code is refused, and leaves it for its owner") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string other = flow.register_public("Another");
  const std::string code = flow.code_for(client);
  struct Row {
    std::string_view name, value, error;
  };
  for (auto [name, value, error] :
       {Row{"code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", "invalid_grant"},
        Row{"code_verifier", challenge, "invalid_grant"}, Row{"code_verifier", "short", "invalid_grant"},
        Row{"redirect_uri", "https://assistant.test/cb/", "invalid_grant"},
        Row{"redirect_uri", "http://127.0.0.1/cb", "invalid_grant"}, Row{"client_id", other, "invalid_grant"},
        Row{"resource", "https://mcp.test/other", "invalid_target"}, Row{"code", "x.y", "invalid_grant"},
        Row{"grant_type", "password", "unsupported_grant_type"}}) {
    CAPTURE(name);
    CAPTURE(value);
    uri::Form form{{name, value}};
    for (const auto& [key, good] : Flow::redemption(client, code))
      if (key != name) form.add(key, good);
    const http::Response response = flow.send(Flow::token_request(form));
    CHECK(response.status == 400);
    CHECK(member(response, "error") == error);
    CHECK(header(response, "Cache-Control") == "no-store");
  }
  CHECK(flow.redeem(client, code).status == 200);
}

TEST_CASE("a parameter that is missing or there twice is refused, and so is what is no form") {
  Flow flow;
  const std::string client = flow.register_public();
  const uri::Form good = Flow::redemption(client, flow.code_for(client));
  for (const auto& [name, value] : good) {
    CAPTURE(name);
    uri::Form without, twice = good;
    for (const auto& [key, kept] : good)
      if (key != name) without.add(key, kept);
    twice.add(name, value);
    CHECK(flow.send(Flow::token_request(without)).status == (name == "client_id" ? 401 : 400));
    CHECK(member(flow.send(Flow::token_request(twice)), "error") == "invalid_request");
  }
  for (std::string_view type : {"application/json", "text/plain", "multipart/form-data; boundary=x"}) {
    http::Request request = Flow::token_request(good);
    request.headers.set("Content-Type", type);
    CHECK(member(flow.send(std::move(request)), "error") == "invalid_request");
  }
  CHECK(flow.send(Flow::token_request(good)).status == 200);
}

TEST_CASE("a code is good for 60 seconds") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string early = flow.code_for(client);
  flow.host.clock.advance(59s);
  CHECK(flow.redeem(client, early).status == 200);
  const std::string late = flow.code_for(client);
  flow.host.clock.advance(60s);
  CHECK(member(flow.redeem(client, late), "error") == "invalid_grant");
}

TEST_CASE("the previous refresh token gets the same successor within the grace, and an older one ends the grant") {
  Flow flow;
  const std::string client = flow.register_public();
  auto connect = [&] { return member(flow.redeem(client, flow.code_for(client)), "refresh_token"); };
  auto next = [&](const std::string& token) { return member(flow.refresh(client, token), "refresh_token"); };

  SUBCASE("R1 again within 10 s: R2 again, and R2 works on") {
    const std::string r1 = connect();
    const std::string r2 = next(r1);
    flow.host.clock.advance(10s);
    CHECK(next(r1) == r2);
    CHECK_FALSE(next(r2).empty());
  }
  SUBCASE("R1 again after the grace") {
    const std::string r1 = connect();
    const http::Response second = flow.refresh(client, r1);
    flow.host.clock.advance(10s + 1ms);
    CHECK(next(r1).empty());
    CHECK(next(member(second, "refresh_token")).empty());
    CHECK(flow.use(member(second, "access_token")) == 401);
    CHECK(flow.host.log.contains("refresh_token.reused"));
  }
  SUBCASE("R1 again when R3 is out, even at once") {
    const std::string r1 = connect();
    const std::string r2 = next(r1);
    const std::string r3 = next(r2);
    CHECK(next(r1).empty());
    CHECK(next(r3).empty());
  }
  SUBCASE("R1 to R4 in order, with any time between") {
    std::string token = connect();
    std::set<std::string> seen{token};
    for (int i = 0; i < 3; ++i) {
      flow.host.clock.advance(24h * 29);
      token = next(token);
      CHECK(seen.insert(token).second);
    }
  }
  SUBCASE("not refreshed for 30 days") {
    const std::string r1 = connect();
    flow.host.clock.advance(24h * 30);
    CHECK(next(r1).empty());
  }
}

TEST_CASE("an invented generation, or another client's token, harms nobody") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string other = flow.register_public("Another");
  const std::string token = member(flow.redeem(client, flow.code_for(client)), "refresh_token");
  const std::string grant = token.substr(0, token.find('.'));
  for (const std::string& bad : {grant + ".2" + token.substr(token.rfind('.')), token + "A", grant + ".0.x",
                                 grant + ".01" + token.substr(token.rfind('.')), grant, std::string{}, "..." + token})
    CHECK(member(flow.refresh(client, bad), "error") == "invalid_grant");
  CHECK(member(flow.refresh(other, token), "error") == "invalid_grant");
  CHECK(flow.refresh(client, token).status == 200);
}

TEST_CASE("64 refreshes with one token at once all get the same successor, in whatever order") {
  Flow flow;
  const std::string client = flow.register_public();
  std::string token = member(flow.redeem(client, flow.code_for(client)), "refresh_token");
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    const auto request = Flow::token_request(Flow::refreshment(client, token));
    const auto responses = flow.send_together(std::vector(64, request), seed == 0 ? std::nullopt : std::optional{seed});
    std::set<std::string> successors;
    for (const http::Response& response : responses) {
      CHECK(response.status == 200);
      successors.insert(member(response, "refresh_token"));
    }
    REQUIRE(successors.size() == 1);
    CHECK(*successors.begin() != token);
    token = *successors.begin();
  }
}

TEST_CASE("a refresh ends with the sign-in, and outlives the provider's bad hour") {
  Flow flow;
  const std::string client = flow.register_public();
  const http::Response tokens = flow.redeem(client, flow.code_for(client));
  flow.sign_in.confirm_fails = Error{Error::Kind::unavailable, "down"};
  const http::Response later = flow.refresh(client, member(tokens, "refresh_token"));
  CHECK(later.status == 503);
  CHECK(member(later, "error") == "temporarily_unavailable");
  flow.sign_in.confirm_fails.reset();
  const http::Response again = flow.refresh(client, member(tokens, "refresh_token"));
  CHECK(again.status == 200);
  flow.sign_in.confirm_fails = Error{Error::Kind::unauthorized, "signed out"};
  CHECK(member(flow.refresh(client, member(again, "refresh_token")), "error") == "invalid_grant");
  CHECK(flow.use(member(again, "access_token")) == 401);
}

TEST_CASE("a refresh may narrow the scope for its access token, never widen it") {
  Flow flow;
  const std::string client = flow.register_public();
  auto refresh = [&](const std::string& token, std::string_view scope) {
    uri::Form form = Flow::refreshment(client, token);
    form.add("scope", scope);
    return flow.send(Flow::token_request(form));
  };
  const std::string both = member(flow.redeem(client, flow.code_for(client)), "refresh_token");
  const http::Response narrow = refresh(both, "orders:read offline_access");
  CHECK(member(narrow, "scope") == "orders:read");
  CHECK(member(flow.refresh(client, member(narrow, "refresh_token")), "scope") == "orders:read orders:write");
  const std::string one =
      member(flow.redeem(client, flow.code_for(client, {{"scope", "orders:read"}})), "refresh_token");
  CHECK(member(refresh(one, "orders:read orders:write"), "error") == "invalid_scope");
  CHECK(member(refresh(one, "openid"), "scope") == "orders:read");
}

TEST_CASE("a confidential client must show its secret, by header or in the body, not both") {
  Flow flow;
  const http::Response registered =
      flow.post_registration(R"({"redirect_uris":["https://assistant.test/cb"],"client_name":"Confidential"})");
  REQUIRE(registered.status == 201);
  const std::string client = member(registered, "client_id");
  const std::string secret = member(registered, "client_secret");
  auto basic = [](const std::string& id, const std::string& text) { return "Basic " + base64_encode(id + ":" + text); };
  struct Row {
    std::string_view why;
    std::string authorization, in_body;
    int status;
  };
  for (const Row& row : {Row{"no secret", "", "", 401}, Row{"wrong secret", basic(client, "x"), "", 401},
                         Row{"wrong secret in the body", "", "x", 401}, Row{"malformed header", "Basic !", "", 401},
                         Row{"Bearer", "Bearer x", "", 401}, Row{"both", basic(client, secret), secret, 400},
                         Row{"another client's name", basic("confidential_x", secret), "", 400},
                         Row{"header", basic(client, secret), "", 200}, Row{"body", "", secret, 200}}) {
    CAPTURE(row.why);
    uri::Form form = Flow::redemption(client, flow.code_for(client));
    if (!row.in_body.empty()) form.add("client_secret", row.in_body);
    http::Request request = Flow::token_request(form);
    if (!row.authorization.empty()) request.headers.set("Authorization", row.authorization);
    const http::Response response = flow.send(std::move(request));
    CHECK(response.status == row.status);
    if (row.status == 401) {
      CHECK(member(response, "error") == "invalid_client");
      CHECK(header(response, "WWW-Authenticate").starts_with("Basic "));
    }
  }
}

TEST_CASE("who comes too often is told when to come again, and what they brought is still good then") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string code = flow.code_for(client);
  const auto is_told_to_wait = [](const http::Response& response) {
    return response.status == 429 && member(response, "error") == "too_many_requests" &&
           header(response, "Retry-After") == "8" && header(response, "Cache-Control") == "no-store";
  };
  flow.throttle.wait = 7s + 1ms;
  CHECK(is_told_to_wait(flow.redeem(client, code)));
  flow.throttle.wait = 0s;
  const http::Response tokens = flow.redeem(client, code);
  REQUIRE(tokens.status == 200);
  flow.throttle.wait = 7s + 1ms;
  const int confirmed = flow.sign_in.confirmed;
  CHECK(is_told_to_wait(flow.refresh(client, member(tokens, "refresh_token"))));
  CHECK(flow.sign_in.confirmed == confirmed);  // the provider is not asked
  CHECK(flow.throttle.taken.back() == std::pair{std::string{"user_1"}, client});
  flow.throttle.wait = 0s;
  CHECK(flow.refresh(client, member(tokens, "refresh_token")).status == 200);
  // Who brings nothing good is nobody, and uses up nobody's turns.
  flow.throttle.taken.clear();
  CHECK(flow.refresh(client, "x.1.y").status == 400);
  CHECK(flow.redeem(client, code.substr(0, 23) + std::string(43, 'A')).status == 400);
  CHECK(flow.throttle.taken.empty());
}

TEST_CASE("who guesses a client's secret has to wait, even with the right one") {
  Flow flow;
  const http::Response registered =
      flow.post_registration(R"({"redirect_uris":["https://assistant.test/cb"],"client_name":"Confidential"})");
  const std::string client = member(registered, "client_id");
  const std::string code = flow.code_for(client);
  const auto redeem_with = [&](std::string_view secret) {
    uri::Form form = Flow::redemption(client, code);
    form.add("client_secret", secret);
    return flow.send(Flow::token_request(form));
  };
  flow.throttle.wait = 7s;
  for (int i = 0; i < 3; ++i) CHECK(redeem_with("guessed").status == 401);
  CHECK(redeem_with("guessed").status == 429);
  CHECK(redeem_with(member(registered, "client_secret")).status == 429);
  CHECK(flow.throttle.wrong_secrets == 3);
  flow.throttle.wait = 0s;
  CHECK(redeem_with(member(registered, "client_secret")).status == 200);
}

TEST_CASE("a store that fails loses nothing: the code is good when it is back") {
  Flow flow;
  const std::string client = flow.register_public();
  const std::string code = flow.code_for(client);
  flow.host.store.fail_with(Error{Error::Kind::unavailable, "disk full"});
  CHECK(flow.redeem(client, code).status == 503);
  flow.host.store.heal();
  CHECK(flow.redeem(client, code).status == 200);
}

}  // namespace postern::oauth
