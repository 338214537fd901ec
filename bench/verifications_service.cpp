// The verifiers of `./dev bench tokens --workers`, as a module for workerd (bench/tokens_on_workers.mjs). A request
// says what to verify and how often, a line each: the kind, the times; then the key set and the tokens.
//
//   prepare 1000 / {"keys":[...]} / <1000 JWTs>      what the others use, so that they need not be brought in time
//   session 1000 / {"keys":[...]} / <token>          the same token each time; likewise access_jwt, opaque, api_key
//   access_jwts 1000 / {"keys":[...]}                the prepared ones, each once, by a verifier that has seen none
//   sealed 1000 / ..., sealed_again 1000 / ...       tokens of our own, sealed beforehand; or one of them
//
// What Clerk would say is scripted: what is measured is our own work. Traps if a token is not good.
#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/workers/ports/workers_ports.hpp"
#include "hosts/workers/service.hpp"
#include "postern/base/ensure.hpp"
#include "postern/base/limits.hpp"
#include "postern/clerk/clerk_tokens.hpp"
#include "postern/clerk/session_token.hpp"
#include "postern/oauth/access_token.hpp"
#include "postern/ports/local_bus.hpp"
#include "postern/ports/memory_cache.hpp"
#include "postern/testing/scripted_fetch.hpp"

namespace postern::workers {
namespace {

const std::string issuer = "https://clerk.example.test";
const std::string resource = "https://mcp.test/mcp";
const std::string jwks_url = issuer + "/.well-known/jwks.json";

std::vector<std::string> lines_of(std::string_view body) {
  std::vector<std::string> lines;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    lines.emplace_back(body.substr(0, end));
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
  }
  return lines;
}

class VerificationsService final : public Service {
 public:
  VerificationsService() {
    fetch_.when("https://api.clerk.test/v1/users/user_1")
        .answer(200, R"({"id":"user_1","banned":false,"locked":false})");
    fetch_.when(http::Method::post, "https://api.clerk.test/api_keys/verify")
        .answer(200, R"({"object":"api_key","id":"ak_1","subject":"user_1","scopes":["orders:read"],)"
                     R"("revoked":false,"expired":false,"expiration":null})");
    fetch_.when(http::Method::post, "https://api.clerk.test/oauth_applications/access_tokens/verify")
        .answer(200, R"({"object":"clerk_idp_oauth_access_token","id":"oat_1","subject":"user_1",)"
                     R"("scopes":["orders:read"],"revoked":false,"expired":false,"expiration":null,)"
                     R"("client_id":"c","aud":["https://mcp.test/mcp"]})");
  }

  Task<http::Response> handle(http::Request request) override {
    const auto lines = lines_of(request.body);
    if (lines.size() < 2) co_return http::Response::empty(400);
    const std::string& first = lines[0];
    const std::string_view kind = std::string_view{first}.substr(0, first.find(' '));
    int times = 0;
    std::from_chars(first.data() + kind.size() + 1, first.data() + first.size(), times);
    fetch_.when(jwks_url).answer(200, lines[1]);
    const std::vector<std::string> tokens(lines.begin() + 2, lines.end());
    if (kind == "prepare") {
      seal(times);
      access_ = tokens;
    } else if (kind.starts_with("sealed")) {
      open_sealed(times, kind == "sealed_again");
    } else if (kind == "session") {
      verify_session(times, tokens.at(0));
    } else {
      verify_clerk(times, kind == "access_jwts" ? access_ : tokens);
    }
    co_return http::Response::text(200, "done");
  }
  Task<void> after_response() override { co_return; }
  void hear(std::string_view, std::string_view, std::string_view) override {}

 private:
  void seal(int count) {
    const oauth::AccessTokens seals{ports_, key_, resource};
    const Principal principal{.user_id = "user_2abcdefghijklmnopqrstuvwxyz",
                              .session_id = "sess_2abcdefghijklmnopqrstuvwxyz",
                              .organization_id = "org_2abcdefghijklmnopqrstuvwxyz",
                              .role = "org:member",
                              .client_id = "public_abcdefghijklmnop",
                              .grant_id = "abcdefghijklmnopqrstuv",
                              .scopes = {"orders:read", "orders:write"},
                              .authorized_until = ports_.clock.now() + limits::access_token_lifetime};
    sealed_.clear();
    for (int i = 0; i < count; ++i) sealed_.push_back(*seals.seal(principal));
  }
  void open_sealed(int times, bool same) {
    oauth::AccessTokens ours{ports_, key_, resource};
    for (int i = 0; i < times; ++i) ensure(ours.open(sealed_.at(same ? 0 : static_cast<std::size_t>(i))) != nullptr);
  }
  void verify_session(int times, const std::string& token) {
    clerk::SessionTokenVerifier verifier{
        {.issuer = issuer, .authorized_parties = {"https://app.example.test"}, .key = {}}, keys_, ports_};
    for (int i = 0; i < times; ++i) ensure(run_ready(verifier.verify(token)).has_value());
  }
  void verify_clerk(int times, const std::vector<std::string>& tokens) {
    clerk::ClerkTokens verifier{{.accepted = {clerk::TokenKind::api_key, clerk::TokenKind::oauth_token},
                                 .issuer = issuer,
                                 .resources = {resource},
                                 .scopes = {{"orders:read", ""}}},
                                jwts_,
                                backend_,
                                ports_};
    for (int i = 0; i < times; ++i) {
      const std::string& token = tokens.at(static_cast<std::size_t>(i) % tokens.size());
      ensure(run_ready(verifier.verify(token)).has_value());
    }
  }

  WorkersPorts workers_{LogLevel::error};
  HostClock clock_;
  testing::ScriptedFetch fetch_{clock_};
  MemoryCache cache_{clock_};
  LocalBus bus_;
  Ports ports_ = with_own(workers_.ports());
  clerk::KeySet keys_{jwks_url, ports_};
  clerk::InstanceJwts jwts_{std::nullopt, keys_, ports_};
  clerk::Backend backend_{
      {.api_url = "https://api.clerk.test", .secret_key = clerk::SecretKey::parse("sk_test_x").value()}, ports_};
  const RotatedSecret key_{Secret{workers_.ports().random.bytes(32)}};
  std::vector<std::string> sealed_, access_;

  Ports with_own(const Ports& host) {
    return {host.clock, host.random, host.crypto, fetch_, host.store, cache_, host.log, bus_};
  }
};

}  // namespace

std::unique_ptr<Service> make_service(std::string_view) { return std::make_unique<VerificationsService>(); }

}  // namespace postern::workers
