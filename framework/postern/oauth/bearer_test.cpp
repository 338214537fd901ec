#include "postern/oauth/bearer.hpp"

#include <doctest/doctest.h>

#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

std::string access_token(Flow& flow) {
  const std::string client = flow.register_public();
  return member(flow.redeem(client, flow.code_for(client)), "access_token");
}

constexpr std::string_view metadata_and_scope =
    R"(resource_metadata="https://mcp.test/.well-known/oauth-protected-resource/mcp", scope="orders:read orders:write")";

}  // namespace

TEST_CASE("a good token says who is calling") {
  Flow flow;
  http::Request request{.method = http::Method::post, .target = "/mcp"};
  request.headers.set("Authorization", "bEaReR " + access_token(flow));
  const auto caller = flow.server.authenticate(request);
  REQUIRE(caller);
  CHECK((*caller)->user_id == "user_1");
  CHECK((*caller)->session_id == "sess_1");
  CHECK((*caller)->organization_id == "org_1");
  CHECK((*caller)->scopes == std::vector<std::string>{"orders:read", "orders:write"});
}

TEST_CASE("a token carries the role, and what the server asks for of the rest, as of its last refresh") {
  Settings settings = Flow::settings();
  settings.permissions = {"org:orders:manage", "org:orders:refund"};
  Flow flow{settings};
  flow.sign_in.role = "org:admin";
  flow.sign_in.permissions = {"org:billing:manage", "org:orders:manage"};
  flow.sign_in.features = {"export"};
  flow.sign_in.plans = {"org:pro", "user:gold"};
  const std::string client = flow.register_public();
  const http::Response first = flow.redeem(client, flow.code_for(client));
  auto open = [&flow](const http::Response& response) {
    http::Request request{.method = http::Method::post, .target = "/mcp"};
    request.headers.set("Authorization", "Bearer " + member(response, "access_token"));
    return *flow.server.authenticate(request).value();
  };
  CHECK(open(first).role == "org:admin");
  CHECK(open(first).permissions == std::vector<std::string>{"org:orders:manage"});
  CHECK(open(first).scopes == std::vector<std::string>{"orders:read", "orders:write"});
  CHECK(open(first).features == std::vector<std::string>{"export"});
  CHECK(open(first).plans == std::vector<std::string>{"org:pro", "user:gold"});

  flow.sign_in.role = "org:member";
  flow.sign_in.permissions = flow.sign_in.features = flow.sign_in.plans = {};
  const http::Response second = flow.refresh(client, member(first, "refresh_token"));
  CHECK(open(second).role == "org:member");
  CHECK(open(second).permissions.empty());
  CHECK(open(second).features.empty());
  CHECK(open(second).plans.empty());
  CHECK(open(second).client_id == client);
}

TEST_CASE("a token says who acts as its user, and so does the one after a refresh") {
  Flow flow;
  flow.sign_in.actor = "user_staff";
  const std::string client = flow.register_public();
  const http::Response first = flow.redeem(client, flow.code_for(client));
  const http::Response second = flow.refresh(client, member(first, "refresh_token"));
  for (const http::Response* tokens : {&first, &second}) {
    http::Request request{.method = http::Method::post, .target = "/mcp"};
    request.headers.set("Authorization", "Bearer " + member(*tokens, "access_token"));
    const auto caller = flow.server.authenticate(request);
    REQUIRE(caller);
    CHECK((*caller)->user_id == "user_1");
    CHECK((*caller)->actor == "user_staff");
  }
}

TEST_CASE("a token is checked without I/O") {
  Flow flow;
  const std::string token = access_token(flow);
  const auto before = flow.host.store.operations();
  for (int i = 0; i < 100; ++i) CHECK(flow.use(token) == 200);
  CHECK(flow.host.store.operations() == before);
}

TEST_CASE("challenges are exact") {
  Flow flow;
  using Kind = BearerError::Kind;
  const http::Response bare = flow.server.challenge({.kind = Kind::missing, .reason = {}});
  CHECK(bare.status == 401);
  CHECK(header(bare, "WWW-Authenticate") == "Bearer " + std::string{metadata_and_scope});
  const http::Response invalid = flow.server.challenge({.kind = Kind::invalid, .reason = {}});
  CHECK(invalid.status == 401);
  CHECK(header(invalid, "WWW-Authenticate").starts_with("Bearer error=\"invalid_token\", "));
  CHECK(header(invalid, "WWW-Authenticate").ends_with(metadata_and_scope));
  const http::Response malformed = flow.server.challenge({.kind = Kind::malformed, .reason = {}});
  CHECK(malformed.status == 400);
  CHECK(header(malformed, "WWW-Authenticate").starts_with("Bearer error=\"invalid_request\", "));
  const http::Response forbidden = flow.server.insufficient_scope({"orders:read"}, {"orders:write"});
  CHECK(forbidden.status == 403);
  CHECK(header(forbidden, "WWW-Authenticate").contains("error=\"insufficient_scope\""));
  CHECK(header(forbidden, "WWW-Authenticate").contains("scope=\"orders:read orders:write\""));
  CHECK(header(forbidden, "WWW-Authenticate").contains("resource_metadata="));
}

TEST_CASE("one token, in one header, and nowhere else") {
  Flow flow;
  const std::string good = "Bearer " + access_token(flow);
  struct Row {
    std::string_view why;
    std::vector<std::string> headers;
    std::string target;
    int status;
  };
  for (const Row& row :
       {Row{"good", {good}, "/mcp", 200}, Row{"spaces", {"Bearer   " + good.substr(7)}, "/mcp", 200},
        Row{"none", {}, "/mcp", 401}, Row{"Basic", {"Basic eDp5"}, "/mcp", 401},
        Row{"no token", {"Bearer"}, "/mcp", 401}, Row{"two headers", {good, good}, "/mcp", 400},
        Row{"a list", {good + ", " + good}, "/mcp", 400},
        Row{"in the query", {}, "/mcp?access_token=" + good.substr(7), 400},
        Row{"header and query", {good}, "/mcp?access_token=x", 400},
        Row{"encoded name", {good}, "/mcp?acces%73_token=x", 400}, Row{"other query", {good}, "/mcp?x=1", 200},
        Row{"undefined", {"Bearer undefined"}, "/mcp", 401},
        Row{"huge", {"Bearer " + std::string(100'000, 'A')}, "/mcp", 401}}) {
    CAPTURE(row.why);
    http::Request request{.method = http::Method::post, .target = row.target};
    for (const std::string& value : row.headers) request.headers.add("Authorization", value);
    const auto token = flow.server.authenticate(request);
    CHECK((token ? 200 : flow.server.challenge(token.error()).status) == row.status);
  }
}

TEST_CASE("a token with any bit turned over is refused") {
  Flow flow;
  const std::string token = access_token(flow);
  CHECK(flow.use(token) == 200);
  for (std::size_t i = 0; i < token.size() * 8; ++i) {
    std::string turned = token;
    turned[i / 8] = static_cast<char>(static_cast<unsigned char>(turned[i / 8]) ^ (1U << (i % 8)));
    http::Request request{.method = http::Method::post, .target = "/mcp"};
    if (!request.headers.set("Authorization", "Bearer " + turned)) continue;  // no header could carry it
    CHECK_FALSE(flow.server.authenticate(request));
  }
  for (std::size_t length = 0; length < token.size(); ++length) CHECK(flow.use(token.substr(0, length)) != 200);
}

TEST_CASE("a token ends after ten minutes, and opens at no sibling resource with the same secret") {
  Flow flow;
  Flow sibling{"https://other.test"};
  const std::string token = access_token(flow);
  CHECK(sibling.use(token) == 401);
  flow.host.clock.advance(10min - 1ms);
  CHECK(flow.use(token) == 200);
  flow.host.clock.advance(1ms);
  CHECK(flow.use(token) == 401);
}

TEST_CASE("a revoked grant is refused at once on every loop, and on one that starts later") {
  Flow flow;
  AuthorizationServer second{{.issuer = std::string{issuer},
                              .resource = std::string{issuer} + "/mcp",
                              .server_secret = Secret{std::string_view{"a server secret of thirty-two bytes or more"}}},
                             flow.ports,
                             flow.sign_in};
  const std::string token = access_token(flow);
  http::Request request{.method = http::Method::post, .target = "/mcp"};
  request.headers.set("Authorization", "Bearer " + token);
  const auto opened = second.authenticate(request);
  REQUIRE(opened);
  REQUIRE(run_ready(flow.server.revoke_grant((*opened)->grant_id, "user signed out")));
  CHECK(flow.use(token) == 401);
  CHECK_FALSE(second.authenticate(request));
  AuthorizationServer late{{.issuer = std::string{issuer},
                            .resource = std::string{issuer} + "/mcp",
                            .server_secret = Secret{std::string_view{"a server secret of thirty-two bytes or more"}}},
                           flow.ports,
                           flow.sign_in};
  CHECK(late.authenticate(request));
  REQUIRE(run_ready(late.reread_revocations()));
  CHECK_FALSE(late.authenticate(request));
}

TEST_CASE("revocations are known for a minute, and then read again, by one for all") {
  Flow flow;
  CHECK(flow.server.knows_revocations());
  flow.host.clock.advance(60s);
  CHECK(flow.server.knows_revocations());
  flow.host.clock.advance(1ms);
  CHECK_FALSE(flow.server.knows_revocations());

  flow.store.held = true;
  auto reread = [](AuthorizationServer& server, bool& done) -> Task<void> {
    done = (co_await server.reread_revocations()).has_value();
  };
  constexpr auto ignore = [](const std::exception_ptr&) {};
  bool done[3] = {};
  Job first = Job::start(reread(flow.server, done[0]), ignore);
  const Job second = Job::start(reread(flow.server, done[1]), ignore);
  const Job third = Job::start(reread(flow.server, done[2]), ignore);
  first.cancel();  // the next in line takes over
  flow.store.held = false;
  (void)flow.store.step();
  CHECK_FALSE(done[0]);
  CHECK(done[1]);
  CHECK(done[2]);
  CHECK(flow.server.knows_revocations());
}

TEST_CASE("what another instance has revoked is known after rereading, without a bus between the two") {
  Flow flow;
  const std::string token = access_token(flow);
  http::Request request{.method = http::Method::post, .target = "/mcp"};
  request.headers.set("Authorization", "Bearer " + token);
  const std::string grant_id = flow.server.authenticate(request).value()->grant_id;
  REQUIRE(run_ready(flow.store.put("revoked/" + grant_id, "", flow.host.clock.now() + 11min)));
  CHECK(flow.use(token) == 200);
  REQUIRE(run_ready(flow.server.reread_revocations()));
  CHECK(flow.use(token) == 401);
}

}  // namespace postern::oauth
