// What every Cache must do.
//
//   struct MyCache {                        // made anew for each case, empty
//     Cache& cache();
//     template <class T> T run(Task<T>);    // to the end
//     std::optional<std::string> kept(std::string key);   // get(), once what was put has had time to get there
//   };
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "postern/base/limits.hpp"
#include "postern/ports/cache.hpp"

namespace postern::contract {

template <class Fixture>
void check_cache() {
  using namespace std::chrono_literals;
  Fixture fixture;
  const auto put = [&](std::string key, std::string value) {
    fixture.run(fixture.cache().put(std::move(key), std::move(value), 10min));
  };

  SUBCASE("what was never put is a miss") { CHECK_FALSE(fixture.run(fixture.cache().get("jwks/none"))); }
  SUBCASE("what was put is there, and the last one wins") {
    put("jwks/a", "first");
    CHECK(fixture.kept("jwks/a") == "first");
    put("jwks/a", R"({"keys":["caf\u00e9 \n"]})");
    CHECK(fixture.kept("jwks/a") == R"({"keys":["caf\u00e9 \n"]})");
    CHECK_FALSE(fixture.kept("jwks/b"));
  }
  SUBCASE("a key is any visible ASCII") {
    const std::string key = "jwks/https://clerk.test/.well-known/jwks.json?a=%20&b=~";
    put(key, "x");
    CHECK(fixture.kept(key) == "x");
  }
  SUBCASE("what is larger than allowed, or has no proper key, is a miss") {
    const std::string longest(limits::store_key_bytes_max, 'k');
    put(longest, std::string(limits::store_value_bytes_max, 'x'));
    CHECK(fixture.kept(longest));
    put(longest + "k", "x");
    CHECK_FALSE(fixture.kept(longest + "k"));
    put("", "x");
    CHECK_FALSE(fixture.kept(""));
    put("jwks/a", std::string(limits::store_value_bytes_max + 1, 'x'));
    CHECK_FALSE(fixture.kept("jwks/a"));
  }
}

}  // namespace postern::contract
