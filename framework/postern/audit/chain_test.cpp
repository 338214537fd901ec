#include "postern/audit/chain.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "postern/audit/store_in_trouble.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::audit {
namespace {

using namespace std::chrono_literals;

struct Fixture {
  testing::TestPorts test;
  StoreInTrouble store{test.store};
  Ports ports{test.clock, test.random, test.crypto, test.fetch, store, test.cache, test.log, test.bus};
  RotatedSecret chain_key = derive_key(test.crypto, Secret{std::string(32, 's')}, "audit-chain");
  Chain chain{ports, chain_key, "user_1"};

  Result<ChainEnd> append(Chain& to, std::string id, Duration lifetime = 90 * 24h) {
    const Batch batch{.id = id, .lines = id + "\n"};
    return run_ready(to.append(batch, test.clock.now() + lifetime));
  }
  // What stands in the log, in order.
  std::string lines() {
    std::string all;
    for (const auto& [key, entry] : test.store.records()) {
      if (sequence_of(key) > 0) all += lines_of(entry.value);
    }
    return all;
  }
  // Each record names the one before, and no number is missing.
  bool is_whole() {
    std::string previous;
    std::uint64_t sequence = 0;
    for (const auto& [key, entry] : test.store.records()) {
      if (sequence_of(key) == 0) continue;
      if (sequence_of(key) != ++sequence) return false;
      if (!entry.value.contains(R"("previous":")" + previous + R"(")")) return false;
      previous = code_of(entry.value);
    }
    return true;
  }
};

}  // namespace

// HMAC-SHA-256 under a key of HKDF-SHA-256, both by Node's crypto.
TEST_CASE("a record has the code that another implementation gives it") {
  testing::TestPorts test;
  const Secret key = derive_key(test.crypto, Secret{std::string(32, 's')}, "audit-chain");
  const std::string record =
      make_record(test.crypto, key, "user_1", {}, {.id = "batch_1", .lines = "{\"at\":\"x\"}\n"});
  CHECK(record ==
        "{\"sequence\":1,\"batch\":\"batch_1\",\"previous\":\"\",\"previous_until\":0}\n{\"at\":\"x\"}\n"
        "k2xOaXtbVQlZVY5lI_3RWpgkJPCI8xVSAAASr06POKM");
  CHECK(code_of(record) == "k2xOaXtbVQlZVY5lI_3RWpgkJPCI8xVSAAASr06POKM");
  CHECK(lines_of(record) == "{\"at\":\"x\"}\n");
  CHECK(batch_of(record) == "batch_1");
  CHECK(record_key("user_1", 17) == "audit/user_1/b0000000017");
  CHECK(sequence_of("audit/user_1/b0000000017") == 17);
  for (std::string_view other : {"audit/user_1/tip", "audit/user_1/b17", "audit/user_1/bx000000017", "",
                                 "audit/user_1/b9999999999", "audit/user_1/b00000000171"})
    CHECK(sequence_of(other) == 0);
}

TEST_CASE("a tip is taken from nobody but ourselves") {
  testing::TestPorts test;
  const Secret key{std::string(32, 'k')};
  const std::string tip =
      make_tip(test.crypto, key, "user_1", {.sequence = 16, .code = "c", .until = test.clock.now()});
  const auto read = read_tip(test.crypto, key, "user_1", tip);
  REQUIRE(read);
  CHECK(read->sequence == 16);
  CHECK(read->code == "c");
  CHECK(read->until == test.clock.now());
  CHECK_FALSE(read_tip(test.crypto, key, "user_2", tip));
  CHECK_FALSE(read_tip(test.crypto, Secret{std::string(32, 'l')}, "user_1", tip));
  std::string higher = tip;
  higher.replace(higher.find("16"), 2, "99");
  CHECK_FALSE(read_tip(test.crypto, key, "user_1", higher));
  for (std::string_view none : {"", "\n", "{}", "{}\nx"}) CHECK_FALSE(read_tip(test.crypto, key, "user_1", none));
}

TEST_CASE("records follow each other, over every restart") {
  Fixture f;
  for (int i = 1; i <= 20; ++i) REQUIRE(f.append(f.chain, std::to_string(i)).value().sequence == i);
  Chain restarted{f.ports, f.chain_key, "user_1"};
  const std::size_t before = f.test.store.operations();
  REQUIRE(f.append(restarted, "21").value().sequence == 21);
  CHECK(f.test.store.operations() - before == 3);  // the tip, what came after it, and the record
  CHECK(f.is_whole());
  CHECK(run_ready(restarted.last_records(4)).value().size() == 4);
  CHECK(lines_of(run_ready(restarted.last_records(4)).value().back()) == "21\n");
}

TEST_CASE("under a new secret the chain goes on from its tip") {
  Fixture f;
  for (int i = 1; i <= 20; ++i) REQUIRE(f.append(f.chain, std::to_string(i)).has_value());
  const RotatedSecret rotated{Secret{std::string(32, 'n')}, f.chain_key.current};
  Chain restarted{f.ports, rotated, "user_1"};
  const std::size_t before = f.test.store.operations();
  REQUIRE(f.append(restarted, "21").value().sequence == 21);
  CHECK(f.test.store.operations() - before == 3);
  CHECK(f.is_whole());
}

TEST_CASE("of two instances that append at once each has its record in one chain") {
  Fixture f;
  Chain other{f.ports, f.chain_key, "user_1"};
  REQUIRE(f.append(f.chain, "a").has_value());
  REQUIRE(f.append(other, "b").has_value());
  f.store.held = true;
  const Batch first{.id = "c", .lines = "c\n"}, second{.id = "d", .lines = "d\n"};
  int done = 0;
  auto run = [](Chain& chain, const Batch& batch, TimePoint until, int& done) -> Task<void> {
    if (co_await chain.append(batch, until)) ++done;
  };
  const TimePoint until = f.test.clock.now() + 1h;
  const Job one = Job::start(run(f.chain, first, until, done), [](const std::exception_ptr&) {});
  const Job two = Job::start(run(other, second, until, done), [](const std::exception_ptr&) {});
  for (int i = 0; i < 5; ++i) f.store.release();
  CHECK(done == 2);
  CHECK(f.lines().size() == 8);
  CHECK(f.is_whole());
}

TEST_CASE("a record that was made and seemed to fail is in the chain once") {
  Fixture f;
  REQUIRE(f.append(f.chain, "a").has_value());
  f.store.liar = true;
  CHECK(f.append(f.chain, "b").error().kind == Error::Kind::unavailable);
  f.store.liar = false;
  CHECK(f.append(f.chain, "b").value().sequence == 2);
  CHECK(f.append(f.chain, "c").value().sequence == 3);
  CHECK(f.lines() == "a\nb\nc\n");
  CHECK(f.is_whole());
}

TEST_CASE("what has expired leaves no place for a second chain") {
  Fixture f;
  Chain idle{f.ports, f.chain_key, "user_1"};
  REQUIRE(f.append(f.chain, "1", 24h).has_value());
  REQUIRE(f.append(idle, "2", 24h).has_value());  // it knows this end, and then sleeps
  f.test.clock.advance(20h);
  for (int i = 3; i <= 5; ++i) REQUIRE(f.append(f.chain, std::to_string(i), 24h).has_value());
  f.test.clock.advance(5h);
  CHECK(f.append(idle, "6", 24h).value().sequence == 6);
  f.test.clock.advance(48h);  // and of a chain that is gone as a whole nothing is left to follow
  CHECK(f.append(f.chain, "a").value().sequence == 1);
}

TEST_CASE("a chain whose end was cut off goes on from where its tip says that it was") {
  Fixture f;
  for (int i = 1; i <= 16; ++i) REQUIRE(f.append(f.chain, std::to_string(i)).has_value());
  (void)run_ready(f.test.store.remove(record_key("user_1", 16)));
  Chain restarted{f.ports, f.chain_key, "user_1"};
  CHECK(f.append(restarted, "17").value().sequence == 17);
}

TEST_CASE("without the store nothing is appended, and afterwards all is") {
  Fixture f;
  f.test.store.fail_with(Error{Error::Kind::unavailable, "down"});
  CHECK(f.append(f.chain, "a").error().kind == Error::Kind::unavailable);
  f.test.store.heal();
  CHECK(f.append(f.chain, "a").value().sequence == 1);
}

}  // namespace postern::audit
