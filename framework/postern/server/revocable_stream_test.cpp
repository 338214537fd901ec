#include "postern/server/revocable_stream.hpp"

#include <doctest/doctest.h>

#include "postern/base/channel.hpp"
#include "postern/oauth/grants.hpp"
#include "postern/oauth/testing/no_sign_in.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::server {
namespace {

// Says what it is told to, and whether it is still there.
class Talker final : public http::BodyStream {
 public:
  Talker(Channel<std::string>& words, bool& alive) : words_(words), alive_(alive) { alive_ = true; }
  ~Talker() override { alive_ = false; }
  Task<std::optional<std::string>> next() override { co_return co_await words_.pop(); }

 private:
  Channel<std::string>& words_;
  bool& alive_;
};

struct Fixture {
  testing::TestPorts test;
  oauth::NoSignIn sign_in;
  oauth::AuthorizationServer server{{.issuer = "https://mcp.test",
                                     .resource = "https://mcp.test/mcp",
                                     .authorization_server = {},
                                     .server_name = "Acme",
                                     .server_secret = Secret{std::string_view{"0123456789abcdef0123456789abcdef"}}},
                                    test.ports,
                                    sign_in};
  Channel<std::string> words;
  bool alive = false;

  std::string new_grant() {
    oauth::RevokedGrants revoked{test.ports};
    oauth::Grants grants{test.ports, revoked};
    oauth::Grant grant;
    grant.user.user_id = "user_1";
    grant.client_id = "client";
    return run_ready(grants.issue_code(std::move(grant)))->grant_id;
  }
  std::unique_ptr<RevocableStream> open(std::string grant_id) {
    Principal caller;
    caller.grant_id = std::move(grant_id);
    return std::make_unique<RevocableStream>(std::make_unique<Talker>(words, alive),
                                             std::make_shared<const Principal>(std::move(caller)), server);
  }
  void revoke(std::string grant_id) { REQUIRE(run_ready(server.revoke_grant(std::move(grant_id), "test"))); }
};

Task<void> read(http::BodyStream& stream, std::vector<std::string>& got, bool& ended) {
  while (auto bytes = co_await stream.next()) got.push_back(*std::move(bytes));
  ended = true;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "a stream that waits ends at once when its own connection is revoked, and what feeds it as well") {
  const std::string id = new_grant(), other = new_grant();
  const auto stream = open(id);
  std::vector<std::string> got;
  bool ended = false;
  const Job reader = Job::start(read(*stream, got, ended), [](const std::exception_ptr&) {});
  words.push("one");
  revoke(other);
  words.push("two");
  CHECK(got == std::vector<std::string>{"one", "two"});
  CHECK(alive);
  revoke(id);
  CHECK(ended);
  CHECK_FALSE(alive);
  CHECK_FALSE(run_ready(stream->next()));
}

TEST_CASE_FIXTURE(Fixture, "a stream of a connection that is revoked already says nothing, whatever it has to say") {
  const std::string id = new_grant();
  const auto stream = open(id);
  words.push("one");
  revoke(id);
  CHECK_FALSE(run_ready(stream->next()));
  CHECK_FALSE(alive);
}

TEST_CASE_FIXTURE(Fixture, "a stream may be dropped while it waits") {
  auto stream = open(new_grant());
  std::vector<std::string> got;
  bool ended = false;
  Job reader = Job::start(read(*stream, got, ended), [](const std::exception_ptr&) {});
  reader = Job{};
  stream.reset();
  CHECK_FALSE(alive);
}

}  // namespace postern::server
