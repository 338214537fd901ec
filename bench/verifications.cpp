// What it costs to verify each kind of token, beside a bare RS256 verification of OpenSSL's with the same key: CPU
// time, the best of many rounds that take turns, so that a busy machine disturbs all of them alike.
//
//   ./dev bench tokens [rounds]
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>
#include <print>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/encoding.hpp"
#include "postern/base/ensure.hpp"
#include "postern/base/limits.hpp"
#include "postern/clerk/clerk_tokens.hpp"
#include "postern/clerk/session_token.hpp"
#include "postern/clerk/test_signer.hpp"
#include "postern/oauth/access_token.hpp"
#include "postern/testing/test_ports.hpp"

namespace {

using namespace postern;
using namespace std::chrono_literals;

const std::string resource = "https://mcp.test/mcp";
constexpr int operations = 200;  // of a kind in a round

// EVP_DigestVerify over the token's first two parts, and nothing else.
class BareRs256 {
 public:
  BareRs256(const std::string& pem, const std::string& token)
      : text_(token.substr(0, token.rfind('.'))),
        signature_(base64url_decode(token.substr(token.rfind('.') + 1)).value()) {
    const std::unique_ptr<BIO, void (*)(BIO*)> bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                   BIO_free_all};
    key_.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
    ensure(key_ != nullptr);
  }
  [[nodiscard]] bool verify() const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    const auto* text = reinterpret_cast<const unsigned char*>(text_.data());
    const auto* signature = reinterpret_cast<const unsigned char*>(signature_.data());
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature, signature_.size(), text, text_.size()) == 1;
  }

 private:
  std::string text_;
  std::string signature_;
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_{nullptr, EVP_PKEY_free};
};

double cpu_microseconds() {
  timespec now{};
  ensure(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Kind {
  std::string_view name;
  std::function<void(int n)> verify;  // the n-th of a round; traps if the token is not good
  double best = 1e9;
};

std::string api_key_body(std::string_view object, std::string_view id, std::string_view more) {
  return std::string{R"({"object":")"}
             .append(object)
             .append(R"(","id":")")
             .append(id)
             .append(R"(","subject":"user_1",)")
             .append(R"("scopes":["orders:read"],"revoked":false,"expired":false,"expiration":null)")
             .append(more) +
         "}";
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments{argv, static_cast<std::size_t>(argc)};
  int rounds = 50;
  if (argc > 1) std::from_chars(arguments[1], arguments[1] + std::string_view{arguments[1]}.size(), rounds);

  testing::TestPorts test;
  const clerk::TestSigner signer{"ins_1"};
  test.fetch.when("https://clerk.example.test/.well-known/jwks.json").answer(200, signer.jwks());
  test.fetch.when("https://api.clerk.test/v1/users/user_1")
      .answer(200, R"({"id":"user_1","banned":false,"locked":false})");
  test.fetch.when(http::Method::post, "https://api.clerk.test/api_keys/verify")
      .answer(200, api_key_body("api_key", "ak_1", ""));
  test.fetch.when(http::Method::post, "https://api.clerk.test/oauth_applications/access_tokens/verify")
      .answer(200,
              api_key_body("clerk_idp_oauth_access_token", "oat_1", R"(,"client_id":"c","aud":[")" + resource + "\"]"));

  clerk::KeySet keys{"https://clerk.example.test/.well-known/jwks.json", test.ports};
  clerk::InstanceJwts jwts{std::nullopt, keys, test.ports};
  clerk::Backend backend{
      {.api_url = "https://api.clerk.test", .secret_key = clerk::SecretKey::parse("sk_test_x").value()}, test.ports};
  const clerk::ClerkTokenSettings settings{
      .accepted = {clerk::TokenKind::api_key, clerk::TokenKind::m2m_token, clerk::TokenKind::oauth_token},
      .issuer = std::string{clerk::test_issuer},
      .resources = {resource},
      .machine_id = "mch_server",
      .scopes = {{"orders:read", ""}}};
  clerk::ClerkTokens tokens{settings, jwts, backend, test.ports};
  clerk::SessionTokenVerifier sessions{
      {.issuer = std::string{clerk::test_issuer}, .authorized_parties = {std::string{clerk::test_app}}, .key = {}},
      keys,
      test.ports};

  const TimePoint now = test.clock.now();
  const auto access_token = [&](int n) {
    return signer.session_token(now,
                                {{"azp", nullptr},
                                 {"sid", nullptr},
                                 {"sts", nullptr},
                                 {"v", nullptr},
                                 {"jti", "oat_" + std::to_string(n)},
                                 {"aud", resource},
                                 {"client_id", "client_1"},
                                 {"scope", "orders:read"},
                                 {"exp", to_unix_seconds(now) + 86'400}},
                                {{"typ", "at+jwt"}, {"cat", nullptr}});
  };
  const std::string session = signer.session_token(now, {});
  const std::string machine = signer.session_token(now,
                                                   {{"azp", nullptr},
                                                    {"sid", nullptr},
                                                    {"sts", nullptr},
                                                    {"v", nullptr},
                                                    {"sub", "mch_caller"},
                                                    {"jti", "mt_1"},
                                                    {"scopes", "mch_server"},
                                                    {"scope", "orders:read"}},
                                                   {{"cat", "cl_B7d4PD333AAA"}});
  const std::string oauth = access_token(0);
  const BareRs256 bare{signer.public_pem(), session};

  const RotatedSecret key{Secret{test.random.bytes(32)}};
  oauth::AccessTokens ours{test.ports, key, resource};
  const Principal principal{.user_id = "user_2abcdefghijklmnopqrstuvwxyz",
                            .session_id = "sess_2abcdefghijklmnopqrstuvwxyz",
                            .organization_id = "org_2abcdefghijklmnopqrstuvwxyz",
                            .role = "org:member",
                            .client_id = "public_abcdefghijklmnop",
                            .grant_id = "abcdefghijklmnopqrstuv",
                            .scopes = {"orders:read", "orders:write"},
                            .authorized_until = now + 10min};
  std::vector<std::string> sealed, jwts_of_a_round;
  for (int n = 0; n < operations; ++n) sealed.push_back(*ours.seal(principal));
  for (int n = 0; n < operations; ++n) jwts_of_a_round.push_back(access_token(n));
  std::unique_ptr<oauth::AccessTokens> fresh_ours;
  std::unique_ptr<clerk::ClerkTokens> fresh_tokens;
  const auto verified = [&](clerk::ClerkTokens& by, const std::string& token) {
    ensure(run_ready(by.verify(token)).has_value());
  };

  std::array kinds{
      Kind{"RS256 by OpenSSL alone", [&](int) { ensure(bare.verify()); }},
      Kind{"our access token, never seen before",
           [&](int n) { ensure(fresh_ours->open(sealed[static_cast<std::size_t>(n)]) != nullptr); }},
      Kind{"our access token, again", [&](int) { ensure(ours.open(sealed.front()) != nullptr); }},
      Kind{"Clerk session token", [&](int) { ensure(run_ready(sessions.verify(session)).has_value()); }},
      Kind{"Clerk OAuth JWT, never seen before",
           [&](int n) { verified(*fresh_tokens, jwts_of_a_round[static_cast<std::size_t>(n)]); }},
      Kind{"Clerk OAuth JWT, again", [&](int) { verified(tokens, oauth); }},
      Kind{"Clerk machine JWT, again", [&](int) { verified(tokens, machine); }},
      Kind{"opaque OAuth token, again", [&](int) { verified(tokens, "oat_0123456789abcdef0123456789abcdef"); }},
      Kind{"API key, again", [&](int) { verified(tokens, "ak_0123456789abcdef0123456789abcdef"); }},
  };
  for (int round = 0; round < rounds; ++round) {
    fresh_ours = std::make_unique<oauth::AccessTokens>(test.ports, key, resource);
    fresh_tokens = std::make_unique<clerk::ClerkTokens>(settings, jwts, backend, test.ports);
    for (Kind& kind : kinds) {
      const double began = cpu_microseconds();
      for (int n = 0; n < operations; ++n) kind.verify(n);
      kind.best = std::min(kind.best, (cpu_microseconds() - began) / operations);
    }
  }
  for (const Kind& kind : kinds)
    std::println("{:<38}{:>8.2f} us  {:>5.2f} of RS256", kind.name, kind.best, kind.best / kinds.front().best);
}
