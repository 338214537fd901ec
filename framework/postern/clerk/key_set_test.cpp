#include "postern/clerk/key_set.hpp"

#include <doctest/doctest.h>

#include "postern/clerk/test_signer.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

const std::string jwks_url = "https://clerk.example.test/.well-known/jwks.json";
constexpr auto ignore = [](const std::exception_ptr&) {};

Task<void> find_into(KeySet& keys, std::string kid, bool& found) {
  found = (co_await keys.find(std::move(kid))).has_value();
}

struct Fixture {
  testing::TestPorts test;
  TestSigner clerk{"ins_1"};
  KeySet keys{jwks_url, test.ports};

  bool has(std::string kid) { return run_ready(keys.find(std::move(kid))).has_value(); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "keys are fetched once and are fresh for ten minutes") {
  test.fetch.when(jwks_url).answer(200, clerk.jwks());
  CHECK(has("ins_1"));
  test.clock.advance(9min);
  CHECK(has("ins_1"));
  CHECK(test.fetch.requests().size() == 1);
  test.clock.advance(2min);
  CHECK(has("ins_1"));
  CHECK(test.fetch.requests().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "ten thousand unknown kids cost one fetch in thirty seconds (threat 23)") {
  test.fetch.when(jwks_url).answer(200, clerk.jwks());
  CHECK(has("ins_1"));
  test.clock.advance(31s);
  for (int i = 0; i < 10'000; ++i) CHECK_FALSE(has("random_" + std::to_string(i)));
  CHECK(test.fetch.requests().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "a new key is found after its first token, a withdrawn one is gone with the next fetch") {
  const TestSigner next{"ins_2"};
  test.fetch.when(jwks_url).answer(200, clerk.jwks()).answer(200, next.jwks());
  CHECK(has("ins_1"));
  test.clock.advance(31s);
  CHECK(has("ins_2"));
  CHECK_FALSE(has("ins_1"));
}

TEST_CASE_FIXTURE(Fixture, "a bad answer never replaces a good set") {
  const std::string too_large = R"({"keys":[],"x":")" + std::string(70'000, 'x') + "\"}";
  for (const std::string& body : {std::string{}, std::string{"<html>"}, std::string{R"({"keys":[]})"},
                                  std::string{R"({"keys":[{"kty":"oct","kid":"ins_1","k":"AA"}]})"}, too_large}) {
    KeySet fresh{jwks_url, test.ports};
    test.fetch.when(jwks_url).answer(200, clerk.jwks()).answer(200, body);
    CHECK(run_ready(fresh.find("ins_1")));
    test.clock.advance(11min);
    CHECK(run_ready(fresh.find("ins_1")));
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "known keys go on working while Clerk is down, and it is asked at most every thirty seconds") {
  test.fetch.when(jwks_url).answer(200, clerk.jwks()).fail(Error::Kind::unavailable);
  CHECK(has("ins_1"));
  test.clock.advance(11min);
  CHECK(has("ins_1"));
  CHECK(has("ins_1"));
  CHECK(test.fetch.requests().size() == 2);
  test.clock.advance(31s);
  CHECK(has("ins_1"));
  CHECK(test.fetch.requests().size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "without any key the answer is unavailable, and a second later it is tried again") {
  test.fetch.when(jwks_url).answer(500, "").answer(200, clerk.jwks());
  CHECK(run_ready(keys.find("ins_1")).error().kind == Error::Kind::unavailable);
  CHECK(run_ready(keys.find("ins_1")).error().kind == Error::Kind::unavailable);
  CHECK(test.fetch.requests().size() == 1);
  test.clock.advance(1s);
  CHECK(has("ins_1"));
}

TEST_CASE_FIXTURE(Fixture, "many who ask at once share one fetch; if the first is dropped, the next takes over") {
  test.fetch.when(jwks_url).hold().answer(200, clerk.jwks());
  bool found[3] = {};
  Job first = Job::start(find_into(keys, "ins_1", found[0]), ignore);
  Job second = Job::start(find_into(keys, "ins_1", found[1]), ignore);
  Job third = Job::start(find_into(keys, "ins_1", found[2]), ignore);
  CHECK(test.fetch.requests().size() == 1);
  first.cancel();
  CHECK(test.fetch.requests().size() == 2);
  CHECK(test.fetch.waiting() == 1);
  test.fetch.release(jwks_url);
  CHECK(found[1]);
  CHECK(found[2]);
  CHECK(test.fetch.requests().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "an instance that starts takes over the keys that another has fetched, and their age") {
  test.fetch.when(jwks_url).answer(200, clerk.jwks());
  CHECK(has("ins_1"));
  test.clock.advance(9min);
  KeySet second{jwks_url, test.ports};
  CHECK(run_ready(second.find("ins_1")));
  CHECK(test.fetch.requests().size() == 1);
  test.clock.advance(2min);
  CHECK(run_ready(second.find("ins_1")));
  CHECK(test.fetch.requests().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "a key that the kept set does not have is looked for at Clerk") {
  const TestSigner next{"ins_2"};
  test.fetch.when(jwks_url).answer(200, clerk.jwks()).answer(200, next.jwks());
  CHECK(has("ins_1"));
  KeySet second{jwks_url, test.ports};
  CHECK(run_ready(second.find("ins_2")));
  CHECK(test.fetch.requests().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "what was kept and is no key set, too old or from the future is not used") {
  const auto stamp = [&](Duration ago) {
    return std::to_string((test.clock.now() - ago).time_since_epoch().count()) + "\n";
  };
  test.fetch.when(jwks_url).answer(200, clerk.jwks());
  std::size_t fetched = 0;
  for (const std::string& kept : {std::string{}, clerk.jwks(), "\n" + clerk.jwks(), "x\n" + clerk.jwks(), stamp(0s),
                                  stamp(0s) + "{}", stamp(10min) + clerk.jwks(), stamp(-1s) + clerk.jwks()}) {
    CAPTURE(kept);
    run_ready(test.cache.put("jwks/" + jwks_url, kept, 10min));
    KeySet starting{jwks_url, test.ports};
    CHECK(run_ready(starting.find("ins_1")));
    CHECK(test.fetch.requests().size() == ++fetched);
  }
  run_ready(test.cache.put("jwks/" + jwks_url, stamp(10min - 1ms) + clerk.jwks(), 10min));
  KeySet starting{jwks_url, test.ports};
  CHECK(run_ready(starting.find("ins_1")));
  CHECK(test.fetch.requests().size() == fetched);
}

}  // namespace postern::clerk
