#include "postern/ports/circuit_breaker.hpp"

#include <doctest/doctest.h>

#include "postern/testing/test_ports.hpp"

namespace postern {
namespace {

using namespace std::chrono_literals;

const std::string url = "https://app.test/api";

struct Fixture {
  testing::TestPorts test;
  CircuitBreaker fetch{test.fetch, test.clock, test.log};

  int ask(const std::string& what = url, Destination destination = Destination::configured) {
    const auto response = run_ready(fetch.fetch({.url = what, .destination = destination}));
    return response ? response->status : 0;
  }
  void fail_five_times() {
    for (int i = 0; i < 5; ++i) CHECK(ask() != 200);
  }
};

Task<void> ask_into(CircuitBreaker& fetch, bool& answered) {
  (void)co_await fetch.fetch({.url = url});
  answered = true;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "after five failures in a row nothing is sent for ten seconds, and then one request") {
  test.fetch.when(url)
      .fail(Error::Kind::unavailable)
      .answer(502, "")
      .answer(503, "")
      .answer(504, "")
      .fail(Error::Kind::unavailable);
  fail_five_times();
  CHECK(ask() == 0);
  CHECK(test.fetch.count(url) == 5);
  test.clock.advance(10s);
  CHECK(ask() == 0);
  CHECK(ask() == 0);
  CHECK(test.fetch.count(url) == 6);
  test.clock.advance(10s);
  test.fetch.when(url).answer(200, "");
  CHECK(ask() == 200);
  CHECK(ask() == 200);
}

TEST_CASE_FIXTURE(Fixture, "one success in between is enough, and so is an answer that is the request's own fault") {
  for (const int status : {200, 302, 401, 404, 429, 500, 501}) {
    test.fetch.when(url)
        .answer(503, "")
        .answer(503, "")
        .answer(503, "")
        .answer(503, "")
        .answer(status, "")
        .answer(503, "");
    for (int i = 0; i < 9; ++i) CHECK(ask() != 0);
    test.fetch.when(url).answer(200, "");
    CHECK(ask() == 200);
  }
  test.fetch.when(url).fail(Error::Kind::limited);
  for (int i = 0; i < 9; ++i) CHECK(ask() == 0);
  test.fetch.when(url).answer(200, "");
  CHECK(ask() == 200);
}

TEST_CASE_FIXTURE(Fixture, "a server pays for itself alone, whatever is asked of it") {
  test.fetch.when(url).fail(Error::Kind::unavailable);
  test.fetch.when("https://app.test/other?x=y").answer(200, "");
  for (const char* other : {"https://app.test:8443/api", "http://app.test/api", "https://app.test.example/api"})
    test.fetch.when(other).answer(200, "");
  fail_five_times();
  CHECK(ask("https://app.test/other?x=y") == 0);
  for (const char* other : {"https://app.test:8443/api", "http://app.test/api", "https://app.test.example/api"})
    CHECK(ask(other) == 200);
}

TEST_CASE_FIXTURE(Fixture, "while one tries the others wait no longer, and if it is dropped another tries later") {
  test.fetch.when(url).fail(Error::Kind::unavailable);
  fail_five_times();
  test.clock.advance(10s);
  test.fetch.when(url).hold().answer(200, "");
  bool answered = false;
  Job trial = Job::start(ask_into(fetch, answered), [](const std::exception_ptr&) {});
  CHECK(ask() == 0);
  trial.cancel();
  test.clock.advance(10s);
  trial = Job::start(ask_into(fetch, answered), [](const std::exception_ptr&) {});
  test.fetch.release(url);
  CHECK(answered);
  CHECK(ask() == 200);
}

TEST_CASE_FIXTURE(Fixture, "what a stranger named is passed on, however often it fails") {
  test.fetch.when(url).fail(Error::Kind::unavailable);
  for (int i = 0; i < 9; ++i) CHECK(ask(url, Destination::public_only) == 0);
  CHECK(test.fetch.count(url) == 9);
}

}  // namespace postern
