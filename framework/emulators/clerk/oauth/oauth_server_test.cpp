#include "emulators/clerk/oauth/oauth_server.hpp"

#include <doctest/doctest.h>

#include <string>

#include "emulators/clerk/test_emulator.hpp"
#include "postern/uri/percent.hpp"
#include "postern/uri/url.hpp"

namespace postern::emulator {
namespace {

using namespace std::chrono_literals;

// RFC 7636, appendix B.
constexpr std::string_view verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
constexpr std::string_view callback = "https://client.test/cb";

struct Fixture : TestEmulator {
  std::string client_id, client_secret, application_id;

  Fixture() {
    const Reply made =
        post("/v1/oauth_applications",
             R"({"name":"A client","redirect_uris":["https://client.test/cb"],"scopes":"openid email"})");
    REQUIRE(made.status == 200);
    client_id = text_of(made.object().at("client_id"));
    client_secret = text_of(made.object().at("client_secret"));
    application_id = text_of(made.object().at("id"));
  }
  void sign_in(std::string_view user) {
    const Reply reply = post_form("/sign-in", {{"user_id", user}});
    const std::string cookie = reply.header("Set-Cookie");
    headers.set("Cookie", cookie.substr(0, cookie.find(';')));
  }
  Reply post_form(std::string_view path, const uri::Form& form) {
    headers.set("Content-Type", "application/x-www-form-urlencoded");
    return post(path, form.serialize());
  }
  [[nodiscard]] uri::Form request() const {
    return {{"response_type", "code"},     {"client_id", client_id},          {"redirect_uri", callback},
            {"scope", "openid email"},     {"state", "state-of-the-client"},  {"nonce", "n-1"},
            {"code_challenge", challenge}, {"code_challenge_method", "S256"}, {"resource", "https://mcp.test/mcp"}};
  }
  Reply authorize(const uri::Form& form) { return get("/oauth/authorize?" + form.serialize()); }
  Reply decide(const Reply& page, std::string_view consented) {
    constexpr std::string_view mark = R"(name="handle" value=")";
    const std::size_t at = page.body.find(mark);
    REQUIRE(at != std::string::npos);
    const std::size_t from = at + mark.size();
    const std::string handle = page.body.substr(from, page.body.find('"', from) - from);
    return post_form("/oauth/consent", {{"handle", handle}, {"consented", consented}});
  }
  static std::string parameter(const Reply& reply, std::string_view name) {
    const auto url = uri::Url::parse(reply.header("Location"));
    REQUIRE(url.has_value());
    const auto form = uri::Form::parse(url->query().value_or(""));
    const std::string* value = form->find_only(name);
    return value ? *value : "";
  }
  std::string code() {
    sign_in(ada);
    return parameter(decide(authorize(request()), "true"), "code");
  }
  Reply redeem(std::string_view code, std::string_view with = verifier) {
    return token(
        {{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", callback}, {"code_verifier", with}});
  }
  Reply token(uri::Form form) {
    headers.remove("Authorization");
    form.add("client_id", client_id);
    form.add("client_secret", client_secret);
    return post_form("/oauth/token", form);
  }
  Reply refresh(std::string_view refresh_token) {
    return token({{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}});
  }
  static std::string error(const Reply& reply) { return text_of(reply.object().at("error")); }
};

// `form` with one value changed, or left out.
uri::Form with(const uri::Form& form, std::string_view name, std::string_view value) {
  uri::Form changed;
  for (const auto& [key, old] : form) {
    if (key != name) changed.add(key, old);
  }
  if (!value.empty()) changed.add(name, value);
  return changed;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "who is not signed in signs in first, and comes back to the same request") {
  const Reply away = authorize(request());
  CHECK(away.status == 302);
  REQUIRE(away.header("Location").starts_with("/sign-in?redirect_url="));
  CHECK(get(away.header("Location")).body.contains("Ada Lovelace"));
  sign_in(ada);
  const Reply page = authorize(request());
  CHECK(page.status == 200);
  CHECK(page.body.contains("A client"));
  CHECK(page.body.contains("https://client.test"));
  CHECK(page.body.contains("See your email address"));
  CHECK(page.header("Content-Security-Policy").contains("frame-ancestors 'none'"));
}

TEST_CASE_FIXTURE(Fixture, "approval gives a code, and the code gives tokens for the resource that was named") {
  sign_in(ada);
  const Reply back = decide(authorize(request()), "true");
  CHECK(back.status == 303);
  CHECK(parameter(back, "state") == "state-of-the-client");
  CHECK(parameter(back, "iss") == "http://127.0.0.1:8790");
  const Reply tokens = redeem(parameter(back, "code"));
  REQUIRE(tokens.status == 200);
  CHECK(tokens.header("Cache-Control") == "no-store");
  const std::string access = text_of(tokens.object().at("access_token"));
  CHECK(text_of(part_of(access, 0).at("typ")) == "at+jwt");
  CHECK(text_of(part_of(access, 1).at("aud")) == "https://mcp.test/mcp");
  CHECK(text_of(part_of(access, 1).at("scope")) == "openid email");
  const json::Object id = part_of(text_of(tokens.object().at("id_token")), 1);
  CHECK(text_of(id.at("aud")) == client_id);
  CHECK(text_of(id.at("nonce")) == "n-1");
  CHECK(text_of(id.at("sub")) == ada);
  CHECK(text_of(id.at("email")) == "ada@acme.test");
  CHECK_FALSE(id.contains("name"));  // profile was not asked for
  CHECK_FALSE(id.contains("sid"));
}

TEST_CASE_FIXTURE(Fixture, "a code is good once, for its client, redirect URI and verifier, and for ten minutes") {
  const std::string first = code();
  CHECK(error(redeem(first, "wrong-verifier-wrong-verifier-wrong-verifier")) == "invalid_grant");
  CHECK(error(token({{"grant_type", "authorization_code"}, {"code", first}, {"code_verifier", verifier}})) ==
        "invalid_grant");
  const Reply tokens = redeem(first);
  REQUIRE(tokens.status == 200);
  CHECK(error(redeem(first)) == "invalid_grant");
  CHECK(error(refresh(text_of(tokens.object().at("refresh_token")))) == "invalid_grant");  // the replay ended the grant
  const std::string second = code();
  clock.advance(10min);
  CHECK(error(redeem(second)) == "invalid_grant");
  client_secret += "x";
  CHECK(redeem(second).status == 401);
}

TEST_CASE_FIXTURE(Fixture, "a refresh token is replaced by each use, and never gives more than was granted") {
  const Reply tokens = redeem(code());
  const std::string first = text_of(tokens.object().at("refresh_token"));
  const Reply more =
      token({{"grant_type", "refresh_token"}, {"refresh_token", first}, {"scope", "openid email profile"}});
  CHECK(error(more) == "invalid_scope");
  const Reply other =
      token({{"grant_type", "refresh_token"}, {"refresh_token", first}, {"resource", "https://other.test/"}});
  CHECK(error(other) == "invalid_target");
  const Reply fresh = refresh(first);
  REQUIRE(fresh.status == 200);
  CHECK(text_of(part_of(text_of(fresh.object().at("access_token")), 1).at("aud")) == "https://mcp.test/mcp");
  CHECK(text_of(fresh.object().at("refresh_token")) != first);
  CHECK(error(refresh(first)) == "invalid_grant");
}

TEST_CASE_FIXTURE(Fixture,
                  "a client or a redirect URI that is not known is told so here; all else goes back to the client") {
  sign_in(ada);
  CHECK(authorize(with(request(), "client_id", "nobody")).status == 401);
  CHECK(authorize(with(request(), "redirect_uri", "https://client.test/cb/")).status == 400);
  struct Row {
    std::string_view name, value, error;
  };
  for (const auto& [name, value, error] : {
           Row{"response_type", "token", "unsupported_response_type"},
           {"code_challenge_method", "plain", "invalid_request"},
           {"code_challenge_method", "", "invalid_request"},
           {"scope", "openid profile", "invalid_scope"},
           {"scope", "admin", "invalid_scope"},
           {"resource", "/mcp", "invalid_target"},
           {"response_mode", "fragment", "invalid_request"},
           {"prompt", "none", "consent_required"},
       }) {
    CAPTURE(name);
    const Reply reply = authorize(with(request(), name, value));
    REQUIRE(reply.status == 303);
    CHECK(parameter(reply, "error") == error);
    CHECK(parameter(reply, "state") == "state-of-the-client");
  }
  headers.remove("Cookie");
  CHECK(parameter(authorize(with(request(), "prompt", "none")), "error") == "login_required");
}

TEST_CASE_FIXTURE(Fixture, "a client may post its request, and have the answer posted") {
  sign_in(ada);
  const Reply page = post_form("/oauth/authorize", with(request(), "response_mode", "form_post"));
  REQUIRE(page.status == 200);
  const Reply answer = decide(page, "true");
  CHECK(answer.status == 200);
  CHECK(answer.body.contains(R"(<form class="people" method="post" action="https://client.test/cb">)"));
  CHECK(answer.body.contains(R"(name="code" value="clk_code_)"));
  CHECK(answer.body.contains(R"(name="state" value="state-of-the-client")"));
}

TEST_CASE_FIXTURE(Fixture, "the decision is this browser's, is taken once, and may be no") {
  sign_in(ada);
  const Reply page = authorize(request());
  const std::string cookie = *headers.find("Cookie");
  sign_in(grace);  // as if in another browser: it has no cookie of the first
  headers.set("Cookie", "__client=dvb_other");
  CHECK(decide(page, "true").status == 400);
  headers.set("Cookie", cookie);
  CHECK(parameter(decide(page, "false"), "error") == "access_denied");
  CHECK(decide(page, "true").status == 400);
}

TEST_CASE_FIXTURE(Fixture,
                  "a client registers itself if the instance lets it, and must then use PKCE if it is public") {
  const std::string body = R"({"client_name":"Self","redirect_uris":["http://127.0.0.1:1234/cb"],)"
                           R"("token_endpoint_auth_method":"none"})";
  const Reply made = post("/oauth/register", body);
  REQUIRE(made.status == 201);
  CHECK_FALSE(made.object().contains("client_secret"));
  CHECK(text_of(made.object().at("scope")) == "email offline_access profile");
  sign_in(ada);
  const uri::Form form{{"response_type", "code"},
                       {"client_id", text_of(made.object().at("client_id"))},
                       {"redirect_uri", "http://127.0.0.1:1234/cb"},
                       {"state", "long-enough"}};
  CHECK(parameter(authorize(form), "error") == "invalid_request");
  CHECK(post("/oauth/register", R"({"redirect_uris":["javascript:alert"]})").object().at("error") ==
        "invalid_redirect_uri");
  CHECK(send(http::Method::patch, "/v1/instance/oauth_application_settings",
             R"({"dynamic_oauth_client_registration":false})")
            .status == 200);
  CHECK(post("/oauth/register", body).status == 422);
  CHECK_FALSE(get("/.well-known/oauth-authorization-server").object().contains("registration_endpoint"));
}

TEST_CASE_FIXTURE(Fixture, "a client is met by the document at its address, which must name that address") {
  const std::string address = "https://assistant.test/client.json";
  const auto publish = [&](std::string_view client_id) {
    fetch.when(address).answer(
        200,
        R"({"client_id":")" + std::string(client_id) +
            R"(","client_name":"Published","redirect_uris":["https://client.test/cb"],"token_endpoint_auth_method":"none"})",
        {{"Content-Type", "application/json"}});
  };
  sign_in(ada);
  publish("https://assistant.test/other.json");
  CHECK(authorize(with(request(), "client_id", address)).status == 401);
  publish(address);
  const Reply page = authorize(with(request(), "client_id", address));
  CHECK(page.status == 200);
  CHECK(page.body.contains("Published"));
  CHECK(page.body.contains("Nobody has checked"));
}

TEST_CASE_FIXTURE(Fixture, "opaque tokens end with their grant, and a JWT cannot be revoked") {
  const auto revoke = [&](std::string_view token) {
    return post_form("/oauth/token/revoke",
                     {{"token", token}, {"client_id", client_id}, {"client_secret", client_secret}});
  };
  const std::string jwt = text_of(redeem(code()).object().at("access_token"));
  CHECK(revoke(jwt).status == 400);
  headers.set("Authorization", "Bearer sk_test_postern_offline_clerk");
  CHECK(send(http::Method::patch, "/v1/instance/oauth_application_settings", R"({"oauth_jwt_access_tokens":false})")
            .status == 200);
  const Reply tokens = redeem(code());
  const std::string opaque = text_of(tokens.object().at("access_token"));
  CHECK(opaque.starts_with("oat_"));
  const auto user_info = [&] {
    headers.set("Authorization", "Bearer " + opaque);
    const Reply reply = get("/oauth/userinfo");
    headers.remove("Authorization");
    return reply;
  };
  CHECK(text_of(user_info().object().at("email")) == "ada@acme.test");
  CHECK(revoke(opaque).status == 200);
  CHECK(user_info().status == 401);
  CHECK(error(refresh(text_of(tokens.object().at("refresh_token")))) == "invalid_grant");
}

}  // namespace postern::emulator
