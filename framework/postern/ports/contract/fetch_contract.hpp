// What every Fetch must do.
//
//   struct MyFetch {
//     Fetch& fetch();
//     std::string url(std::string_view path);   // at a server that answers as below
//     template <class T> T run(Task<T>);        // to the end, while time passes
//   };
//
// The server: /hello gives 200, "hello" and the field X-Test: yes; /echo gives 200 and the method, a space and the
// body; /missing 404; /redirect a 302 to /hello; /large 200 and 100,000 bytes; /compressed 200 and 1,000 bytes, in gzip
// whatever was asked for; /silent never answers.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "postern/base/race.hpp"
#include "postern/ports/fetch.hpp"

namespace postern::contract {

template <class Fixture>
void check_fetch() {
  using namespace std::chrono_literals;
  Fixture fixture;
  const auto fetch = [&](FetchRequest request) { return fixture.run(fixture.fetch().fetch(std::move(request))); };

  SUBCASE("an answer comes with its status, fields and body") {
    const auto response = fetch({.url = fixture.url("/hello")});
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->body == "hello");
    REQUIRE(response->headers.find("x-test"));
    CHECK(*response->headers.find("x-test") == "yes");
  }
  SUBCASE("method and body arrive") {
    CHECK(fetch({.method = http::Method::post, .url = fixture.url("/echo"), .body = "a=1"})->body == "POST a=1");
    CHECK(fetch({.method = http::Method::put, .url = fixture.url("/echo"), .body = "x"})->body == "PUT x");
    CHECK(fetch({.method = http::Method::post, .url = fixture.url("/echo")})->body == "POST ");
    CHECK(fetch({.method = http::Method::delete_, .url = fixture.url("/echo")})->body == "DELETE ");
  }
  SUBCASE("an HTTP error is an answer, and a redirect is not followed") {
    CHECK(fetch({.url = fixture.url("/missing")})->status == 404);
    const auto response = fetch({.url = fixture.url("/redirect")});
    CHECK(response->status == 302);
    CHECK(response->headers.find("Location"));
  }
  SUBCASE("a response larger than allowed is refused, one of just that size is not") {
    CHECK(fetch({.url = fixture.url("/large"), .response_bytes_max = 99'999}).error().kind == Error::Kind::limited);
    CHECK(fetch({.url = fixture.url("/large"), .response_bytes_max = 100'000})->body.size() == 100'000);
  }
  SUBCASE("a body that comes compressed is decompressed, and as large as that makes it") {
    CHECK(fetch({.url = fixture.url("/compressed"), .response_bytes_max = 999}).error().kind == Error::Kind::limited);
    CHECK(fetch({.url = fixture.url("/compressed"), .response_bytes_max = 1000})->body == std::string(1000, 'x'));
  }
  SUBCASE("a server that does not answer in time is unavailable") {
    CHECK(fetch({.url = fixture.url("/silent"), .timeout = 50ms}).error().kind == Error::Kind::unavailable);
  }
  SUBCASE("dropping a request cancels it") {
    const auto first = fixture.run(race(fixture.fetch().fetch({.url = fixture.url("/silent"), .timeout = 1h}),
                                        fixture.fetch().fetch({.url = fixture.url("/hello")})));
    CHECK(first.index() == 1);
    CHECK(fetch({.url = fixture.url("/hello")})->status == 200);
  }
}

}  // namespace postern::contract
