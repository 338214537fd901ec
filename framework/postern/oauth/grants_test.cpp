#include "postern/oauth/grants.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

// What an access token of the grant says.
Caller token_of(std::string grant_id, TimePoint issued_at) {
  return std::make_shared<const Principal>(
      Principal{.grant_id = std::move(grant_id), .authorized_until = issued_at + limits::access_token_lifetime});
}

// Delivers when told to, and only then lets its publishers go on, as the native loops' bus does.
class PostingBus final : public Bus {
 public:
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(std::string topic, Subscriber subscriber) override {
    return local_.subscribe(std::move(topic), std::move(subscriber));
  }
  Task<void> publish(std::string topic, std::string key, std::string message) override {
    posted_.push_back({std::move(topic), std::move(key), std::move(message)});
    co_await delivered_.wait();
  }
  Task<void> listen(std::string) override { co_return; }

  void deliver() {
    for (const auto& [topic, key, message] : std::exchange(posted_, {})) local_.deliver(topic, key, message);
    delivered_.wake_all();
  }

 private:
  LocalBus local_;
  std::vector<std::array<std::string, 3>> posted_;
  WaitList delivered_;
};

struct Fixture {
  testing::TestPorts test;
  RevokedGrants revoked{test.ports};
  Grants grants{test.ports, revoked};

  std::string connect(std::string user_id, std::string session_id = "sess_1", std::string organization_id = "") {
    auto code = run_ready(grants.issue_code({.client_id = "client",
                                             .user = {.user_id = std::move(user_id),
                                                      .session_id = std::move(session_id),
                                                      .organization_id = std::move(organization_id)}}));
    REQUIRE(code);
    return code->grant_id;
  }
  Grants::Found found(const std::string& grant_id) {
    auto found = run_ready(grants.find(grant_id));
    REQUIRE(found);
    REQUIRE(*found);
    return **std::move(found);
  }
  bool stands(const std::string& grant_id) { return found(grant_id).grant.state != GrantState::revoked; }
  void end(EndedAccess ended) { REQUIRE(run_ready(grants.revoke_all(std::move(ended), "ended"))); }
  TimePoint now() { return test.clock.now(); }
  std::size_t listed(std::string prefix) { return run_ready(test.store.scan(std::move(prefix), "", 1000))->size(); }
};

}  // namespace

TEST_CASE("what has ended takes the grants with it that rest on it, and no others") {
  struct Row {
    EndedAccess ended;
    std::vector<bool> stand;
  };
  for (const auto& [ended, stand] : {
           Row{{.user_id = "user_a"}, {false, false, false, true, true}},
           Row{{.user_id = "user_a", .session_id = "sess_1"}, {false, true, false, true, true}},
           Row{{.user_id = "user_a", .organization_id = "org_1"}, {true, true, false, true, true}},
           Row{{.organization_id = "org_1"}, {true, true, false, true, false}},
           Row{{.user_id = "user_c"}, {true, true, true, true, true}},
           Row{{.user_id = "user_"}, {true, true, true, true, true}},
       }) {
    CAPTURE(ended.user_id);
    CAPTURE(ended.organization_id);
    Fixture fixture;
    const std::string ids[] = {fixture.connect("user_a"), fixture.connect("user_a", "sess_2"),
                               fixture.connect("user_a", "sess_1", "org_1"), fixture.connect("user_ab"),
                               fixture.connect("user_b", "sess_3", "org_1")};
    EndedAccess at_once = ended;
    at_once.ended_at = fixture.now();
    fixture.end(at_once);
    for (std::size_t i = 0; i < stand.size(); ++i) {
      CAPTURE(i);
      CHECK(fixture.stands(ids[i]) == stand[i]);
      CHECK(fixture.revoked.contains(ids[i]) != stand[i]);
    }
  }
}

TEST_CASE("a grant that began after the end stands, for the news may be late") {
  Fixture fixture;
  const TimePoint ended_at = fixture.now();
  const std::string before = fixture.connect("user_a");
  fixture.test.clock.advance(6s);
  const std::string after = fixture.connect("user_a");
  fixture.end({.user_id = "user_a", .ended_at = ended_at});
  CHECK_FALSE(fixture.stands(before));
  CHECK(fixture.stands(after));
}

TEST_CASE("more grants than one page are all found") {
  Fixture fixture;
  for (int i = 0; i < 1201; ++i) (void)fixture.connect("user_a");
  fixture.end({.user_id = "user_a", .ended_at = fixture.now()});
  CHECK(fixture.listed("user/") == 0);
  for (const auto& [key, entry] : fixture.test.store.records())
    if (key.starts_with("grant/")) CHECK(entry.value.contains("revoked"));
}

TEST_CASE("a grant is listed for longer than it lives, and the list is written about once a day") {
  Fixture fixture;
  const std::string id = fixture.connect("user_a", "sess_1", "org_1");
  std::size_t writes = 0;
  TimePoint listed_until = fixture.found(id).grant.indexed_until;
  for (int hours = 0; hours < 24 * 60; hours += 3) {
    const auto found = fixture.found(id);
    Grant changed = found.grant;
    ++changed.generation;
    const TimePoint expires_at = fixture.now() + limits::refresh_token_lifetime;
    REQUIRE(run_ready(fixture.grants.replace(found, changed, expires_at)) == true);
    const auto entry = run_ready(fixture.test.store.get("user/user_a/org_1/" + id));
    REQUIRE(*entry);
    CHECK((*entry)->expires_at >= expires_at);
    CHECK(run_ready(fixture.test.store.get("organization/org_1/" + id))->value().expires_at >= expires_at);
    if ((*entry)->expires_at != listed_until) ++writes;
    listed_until = (*entry)->expires_at;
    fixture.test.clock.advance(3h);
  }
  CHECK(writes <= 60);
}

TEST_CASE("a revoked grant is no longer listed") {
  Fixture fixture;
  const std::string id = fixture.connect("user_a", "sess_1", "org_1");
  CHECK(fixture.listed("user/user_a/") == 1);
  CHECK(fixture.listed("organization/org_1/") == 1);
  REQUIRE(run_ready(fixture.grants.revoke(id, "for the test")));
  CHECK(fixture.listed("user/") == 0);
  CHECK(fixture.listed("organization/") == 0);
}

// The call of a tool that finds out that its user's session has ended.
TEST_CASE("a revocation ends who awaits it no sooner than all is written") {
  Fixture fixture;
  PostingBus bus;
  const Ports ports{fixture.test.clock, fixture.test.random, fixture.test.crypto, fixture.test.fetch,
                    fixture.test.store, fixture.test.cache,  fixture.test.log,    bus};
  RevokedGrants revoked{ports};
  Grants grants{ports, revoked};
  const std::string id = fixture.connect("user_a", "sess_1", "org_1");
  const auto call = [](RevokedGrants& watched, Grants& by, std::string grant_id, bool& ended) -> Task<void> {
    const auto first =
        co_await race(watched.until_refused(token_of(grant_id, TimePoint{})), by.revoke(grant_id, "session_ended"));
    ended = first.index() == 0;
  };
  bool ended = false;
  const Job job = Job::start(call(revoked, grants, id, ended), [](const std::exception_ptr&) {});
  bus.deliver();
  CHECK(ended);
  CHECK_FALSE(fixture.stands(id));
  CHECK(fixture.listed("user/") == 0);
  CHECK(fixture.listed("organization/") == 0);
  CHECK(fixture.test.log.contains("reason=session_ended"));
}

TEST_CASE("a revocation that fails on its way has ended the access tokens, and so has one that comes second") {
  Fixture fixture;
  const std::string id = fixture.connect("user_a");
  fixture.test.store.fail_with({Error::Kind::unavailable, "disk full"});
  CHECK_FALSE(run_ready(fixture.grants.revoke(id, "for the test")));
  CHECK(fixture.revoked.contains(id));
  fixture.test.store.heal();

  REQUIRE(run_ready(fixture.grants.revoke(id, "for the test")));
  const RevokedGrants late{fixture.test.ports};
  REQUIRE(run_ready(fixture.grants.revoke(id, "for the test")));
  CHECK(late.contains(id));
}

TEST_CASE("what of the revoked is too much to be remembered is refused with all tokens of its time") {
  Fixture fixture;
  const auto refused = [&](TimePoint issued_at) {
    return fixture.revoked.refuses(*token_of("never revoked", issued_at));
  };
  const TimePoint first = fixture.now();
  run_ready(fixture.revoked.announce("the first"));
  fixture.test.clock.advance(2min);
  for (std::size_t i = 1; i < limits::revoked_grants_max; ++i) run_ready(fixture.revoked.announce(std::to_string(i)));
  CHECK_FALSE(refused(first));
  run_ready(fixture.revoked.announce("one more"));
  CHECK_FALSE(fixture.revoked.contains("the first"));
  CHECK(refused(first));
  CHECK(fixture.revoked.refuses(*token_of("the first", first)));
  CHECK_FALSE(refused(fixture.now()));
}

TEST_CASE("when a user's rights in an organization change, the tokens issued before are refused, and no others") {
  Fixture fixture;
  const std::string changed = fixture.connect("user_a", "sess_1", "org_1"), personal = fixture.connect("user_a"),
                    elsewhere = fixture.connect("user_a", "sess_1", "org_2"),
                    other = fixture.connect("user_b", "sess_3", "org_1");
  const auto refused = [&](const std::string& id, TimePoint issued_at) {
    return fixture.revoked.refuses(*token_of(id, issued_at));
  };
  const TimePoint before = fixture.now();
  fixture.test.clock.advance(30s);
  bool told = false;
  const Job watch = Job::start(fixture.revoked.until_refused(token_of(changed, before)),
                               [&](const std::exception_ptr&) { told = true; });
  std::vector<std::pair<std::string, bool>> heard;
  const auto streams = fixture.test.ports.bus.subscribe(
      std::string{rights_changed},
      [&](std::string_view account, std::string_view) { heard.emplace_back(account, told); });
  REQUIRE(run_ready(fixture.grants.outdate_tokens("user_a", "org_1")));
  CHECK(told);
  CHECK(heard ==
        std::vector{std::pair{std::string{"user_a/org_1"}, false}});  // while its streams are still there to hear it
  CHECK(refused(changed, before));
  CHECK_FALSE(refused(changed, fixture.now()));
  for (const std::string& id : {personal, elsewhere, other}) CHECK_FALSE(refused(id, before));
  CHECK(fixture.stands(changed));

  RevokedGrants starting{fixture.test.ports};
  REQUIRE(run_ready(starting.reread()));
  CHECK(starting.refuses(*token_of(changed, before)));
  CHECK_FALSE(starting.contains(changed));
  bool told_late = false;  // who watches from now on only
  const Job late = Job::start(fixture.revoked.until_refused(token_of(changed, before)),
                              [&](const std::exception_ptr&) { told_late = true; });
  CHECK(told_late);
  fixture.test.clock.advance(12min);
  (void)fixture.connect("user_b", "sess_4", "org_1");
  REQUIRE(run_ready(fixture.grants.outdate_tokens("user_b", "org_1")));
  CHECK_FALSE(refused(changed, before));  // forgotten: such a token has expired by itself
}

}  // namespace postern::oauth
