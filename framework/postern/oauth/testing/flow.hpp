// An authorization server with fakes around it, a browser, and the steps of a connection, for this folder's tests.
//
//   Flow flow;
//   const std::string client = flow.register_public();
//   const std::string code = flow.code_for(client);          // consent, sign-in, callback
//   http::Response tokens = flow.redeem(client, code);
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/wait_list.hpp"
#include "postern/http/router.hpp"
#include "postern/oauth/authorization_server.hpp"
#include "postern/testing/test_ports.hpp"
#include "postern/uri/form.hpp"

namespace postern::oauth {

// The pair of RFC 7636 appendix B.
inline constexpr std::string_view verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr std::string_view challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
inline constexpr std::string_view issuer = "https://mcp.test";
inline constexpr std::string_view redirect_uri = "https://assistant.test/cb";
inline constexpr std::string_view proof = "canary-proof-of-sign-in";

// Whoever brings `proof` is Ada, in her organization; who calls with "token-of-<user>" is that user.
class FakeSignIn final : public SignIn {
 public:
  std::string begin(const SignInRequest& request) override;
  Task<Result<SignedInUser>> complete(const SignInReturn& returned) override;
  Task<Result<SignedInUser>> recognize(std::string session_token) override;
  Task<std::vector<Organization>> find_organizations(std::string user_id) override;
  Task<Result<SignedInUser>> confirm(const SignedInUser& user) override;

  // Whoever signs in.
  [[nodiscard]] SignedInUser user() const {
    return {.user_id = user_id,
            .actor = actor,
            .session_id = "sess_1",
            .organization_id = organization_id,
            .organization_name = "acme",
            .role = role,
            .permissions = permissions,
            .features = features,
            .plans = plans,
            .name = "Ada <Lovelace>"};
  }

  std::optional<Error> complete_fails, confirm_fails;
  std::vector<Organization> organizations;
  std::vector<SignInRequest> begun;
  std::vector<SignInReturn> returned;
  int confirmed = 0;
  std::string user_id = "user_1";
  std::string actor;
  std::string organization_id = "org_1";
  std::string role = "org:member";
  std::vector<std::string> permissions, features, plans;
};

// What the audit log says of each connection.
class FakeRecentCalls final : public RecentCalls {
 public:
  Task<Result<CallsByConnection>> find_by_account(std::string) override {
    if (fails) co_return fail(Error::Kind::unavailable, "canary-down");
    co_return calls;
  }
  CallsByConnection calls;
  bool fails = false;
};

// Lets everybody through, until told to have them wait.
class FakeThrottle final : public Throttle {
 public:
  Duration take(std::string_view user_id, std::string_view client_id, TimePoint) override {
    taken.emplace_back(user_id, client_id);
    return wait;
  }
  Duration wait_after_wrong_secrets(const http::Request&, std::string_view, TimePoint) const override {
    return wrong_secrets >= 3 ? wait : Duration{0};
  }
  void count_wrong_secret(const http::Request&, std::string_view, TimePoint) override { ++wrong_secrets; }

  Duration wait{0};
  std::vector<std::pair<std::string, std::string>> taken;
  int wrong_secrets = 0;
};

// A store whose every operation waits, while it is held, for one step() or, in disorder, for up to four of them: so
// that requests run into each other at every point where they can, in an order that follows from the seed.
class SteppedStore final : public Store {
 public:
  explicit SteppedStore(Store& inner) : inner_(inner) {}
  Task<Result<std::optional<Entry>>> get(std::string key) override;
  Task<Result<void>> put(std::string key, std::string value, TimePoint expires_at) override;
  Task<Result<bool>> create(std::string key, std::string value, TimePoint expires_at) override;
  Task<Result<bool>> replace(std::string key, std::uint64_t version, std::string value, TimePoint expires_at) override;
  Task<Result<std::optional<Entry>>> take(std::string key) override;
  Task<Result<void>> remove(std::string key) override;
  Task<Result<std::vector<KeyedEntry>>> scan(std::string prefix, std::string after, std::size_t count) override;

  bool held = false;
  std::optional<std::minstd_rand> disorder;
  [[nodiscard]] bool step() {
    gate_.wake_all();
    return !gate_.empty();
  }

 private:
  Task<void> pass();
  Store& inner_;
  WaitList gate_;
};

// Keeps cookies, as a browser does for our one host.
struct Browser {
  std::map<std::string, std::string> cookies;
  void keep(const http::Response& response);
  [[nodiscard]] std::string header() const;
};

class Flow {
 public:
  explicit Flow(std::string_view at = issuer, bool with_scopes = true) : Flow(settings(at, with_scopes)) {}
  explicit Flow(Settings settings);

  static Settings settings(std::string_view at = issuer, bool with_scopes = true);

  http::Response send(http::Request request);
  // All at once, interleaved at every store operation: in step, or as the seed has it.
  std::vector<http::Response> send_together(std::vector<http::Request> requests, std::optional<unsigned> seed = {});

  http::Response get(std::string target, Browser* browser = nullptr);
  // As a page of ours would post it.
  http::Response post_form(std::string path, const uri::Form& form, Browser* browser = nullptr);

  http::Response post_registration(std::string body);
  std::string register_public(std::string_view name = "Test Assistant");

  // The parameters of a good authorization request, but for those given; one that is "-" is left out.
  static std::string authorize_target(std::string_view client_id, const uri::Form& changes = {});
  std::string consent_handle(std::string_view client_id, Browser& browser, const uri::Form& changes = {});
  http::Response decide(std::string_view handle, std::string_view decision, Browser& browser);
  // Up to the sign-in page: the state it was given.
  std::string approve(std::string_view client_id, Browser& browser, const uri::Form& changes = {});
  std::string code_for(std::string_view client_id, const uri::Form& changes = {});

  static http::Request token_request(const uri::Form& form);
  static uri::Form redemption(std::string_view client_id, std::string_view code);
  static uri::Form refreshment(std::string_view client_id, std::string_view refresh_token);
  http::Response redeem(std::string_view client_id, std::string_view code);
  http::Response refresh(std::string_view client_id, std::string_view refresh_token);
  // What /mcp would make of an access token: 200, or the status of the challenge.
  int use(std::string_view access_token);

  testing::TestPorts host;
  SteppedStore store{host.store};
  Ports ports{host.clock, host.random, host.crypto, host.fetch, store, host.cache, host.log, host.bus};
  FakeSignIn sign_in;
  FakeRecentCalls recent_calls;
  FakeThrottle throttle;
  AuthorizationServer server;
  http::Router router;
};

// A member of a JSON body, or a parameter of a Location; empty if it is not there.
[[nodiscard]] std::string member(const http::Response& response, std::string_view name);
[[nodiscard]] std::string location(const http::Response& response);
[[nodiscard]] std::string location_parameter(const http::Response& response, std::string_view name);
[[nodiscard]] std::string header(const http::Response& response, std::string_view name);

}  // namespace postern::oauth
