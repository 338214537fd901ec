// What every Store must do. Its scans stay within one partition of the keys (store.hpp), or within a kind that is read
// as a whole. A host runs it over its own:
//
//   struct MyStore {                        // made anew for each case, empty
//     testing::ManualClock clock;
//     Store& store();
//     template <class T> T run(Task<T>);    // to the end, on the store's loop
//     int race(std::function<Task<Result<bool>>(Store&)>);   // many at once, from every loop; how many won
//   };
//   TEST_CASE("my store keeps the contract") { contract::check_store<MyStore>(); }
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "postern/base/limits.hpp"
#include "postern/ports/store.hpp"

namespace postern::contract {

inline Task<Result<bool>> try_take(Store& store, std::string key) {
  CO_TRY(const auto entry, co_await store.take(std::move(key)));
  co_return entry.has_value();
}
inline Task<Result<bool>> try_create(Store& store, std::string key, TimePoint expires_at) {
  co_return co_await store.create(std::move(key), "mine", expires_at);
}
inline Task<Result<bool>> try_replace(Store& store, std::string key, std::uint64_t version, TimePoint expires_at) {
  co_return co_await store.replace(std::move(key), version, "mine", expires_at);
}

template <class Fixture>
void check_store_changes(Fixture& fixture) {
  using namespace std::chrono_literals;
  Store& store = fixture.store();
  const TimePoint later = fixture.clock.now() + 1h;
  const auto get = [&](std::string key) { return fixture.run(store.get(std::move(key))).value(); };

  SUBCASE("what was never written is not there") {
    CHECK_FALSE(get("code/a"));
    CHECK_FALSE(fixture.run(store.take("code/a")).value());
    CHECK(fixture.run(store.remove("code/a")));
    CHECK_FALSE(fixture.run(store.replace("code/a", 1, "x", later)).value());
    CHECK_FALSE(get("code/a"));
  }
  SUBCASE("a put is read back whole, and the last one wins") {
    const std::string bytes{"\0\xff text \n", 9};
    REQUIRE(fixture.run(store.put("code/a", "first", later + 1h)));
    REQUIRE(fixture.run(store.put("code/a", bytes, later)));
    CHECK(get("code/a")->value == bytes);
    CHECK(get("code/a")->expires_at == later);
    REQUIRE(fixture.run(store.put("code/a", "", later)));
    CHECK(get("code/a")->value.empty());
  }
  SUBCASE("create never overwrites") {
    CHECK(fixture.run(store.create("code/a", "first", later)).value());
    CHECK_FALSE(fixture.run(store.create("code/a", "second", later + 1h)).value());
    CHECK(get("code/a")->value == "first");
    CHECK(get("code/a")->expires_at == later);
  }
  SUBCASE("replace needs the version that is there now") {
    REQUIRE(fixture.run(store.put("code/a", "first", later)));
    const auto version = get("code/a")->version;
    CHECK_FALSE(fixture.run(store.replace("code/a", version + 1, "x", later)).value());
    CHECK(fixture.run(store.replace("code/a", version, "second", later + 1h)).value());
    CHECK_FALSE(fixture.run(store.replace("code/a", version, "third", later)).value());
    CHECK(get("code/a")->value == "second");
    CHECK(get("code/a")->expires_at == later + 1h);
    CHECK(get("code/a")->version != version);
  }
  SUBCASE("take gives the record once") {
    REQUIRE(fixture.run(store.put("code/a", "only", later)));
    CHECK(fixture.run(store.take("code/a")).value()->value == "only");
    CHECK_FALSE(fixture.run(store.take("code/a")).value());
    CHECK_FALSE(get("code/a"));
  }
  SUBCASE("a version never comes back, not even after remove and create") {
    std::vector<std::uint64_t> seen;
    for (int round = 0; round < 3; ++round) {
      REQUIRE(fixture.run(store.create("code/a", "x", later)).value());
      seen.push_back(get("code/a")->version);
      REQUIRE(fixture.run(store.remove("code/a")));
    }
    CHECK(seen[0] != seen[1]);
    CHECK(seen[1] != seen[2]);
    CHECK(seen[0] != seen[2]);
    REQUIRE(fixture.run(store.create("code/a", "x", later)).value());
    CHECK_FALSE(fixture.run(store.replace("code/a", seen[0], "stale", later)).value());
  }
}

template <class Fixture>
void check_store_expiry(Fixture& fixture) {
  using namespace std::chrono_literals;
  Store& store = fixture.store();
  const TimePoint end = fixture.clock.now() + 1s;
  REQUIRE(fixture.run(store.put("code/u1/a", "old", end)));
  const auto version = fixture.run(store.get("code/u1/a")).value()->version;

  SUBCASE("a record is there until its moment, and gone at it") {
    fixture.clock.advance(999ms);
    CHECK(fixture.run(store.get("code/u1/a")).value());
    fixture.clock.advance(1ms);
    CHECK_FALSE(fixture.run(store.get("code/u1/a")).value());
    CHECK(fixture.run(store.scan("code/u1/", "", 10)).value().empty());
  }
  SUBCASE("an expired record can be neither taken nor replaced") {
    fixture.clock.advance(1s);
    CHECK_FALSE(fixture.run(store.replace("code/u1/a", version, "x", end + 1h)).value());
    CHECK_FALSE(fixture.run(store.take("code/u1/a")).value());
  }
  SUBCASE("an expired record is no obstacle to create") {
    fixture.clock.advance(1s);
    CHECK(fixture.run(store.create("code/u1/a", "new", end + 1h)).value());
    CHECK(fixture.run(store.get("code/u1/a")).value()->value == "new");
    CHECK(fixture.run(store.get("code/u1/a")).value()->version != version);
  }
  SUBCASE("what is written already expired is not there") {
    CHECK(fixture.run(store.put("code/u1/b", "x", fixture.clock.now())));
    CHECK_FALSE(fixture.run(store.get("code/u1/b")).value());
  }
}

template <class Fixture>
void check_store_scan(Fixture& fixture) {
  using namespace std::chrono_literals;
  Store& store = fixture.store();
  const TimePoint later = fixture.clock.now() + 1h;
  const auto keys = [&](std::string prefix, std::string after, std::size_t count) {
    std::string joined;
    for (const auto& [key, entry] : fixture.run(store.scan(std::move(prefix), std::move(after), count)).value())
      joined += key + "=" + entry.value + " ";
    return joined;
  };
  for (std::string key : {"g/u2/a", "g/u1/b", "g/u1/a", "g/u1/B", "g/u10/a", "g/u1", "h/u1/a", "g/u1/~"})
    REQUIRE(fixture.run(store.put(key, key.substr(key.size() - 1), later)));

  SUBCASE("a scan finds what starts with the prefix, in byte order") {
    CHECK(keys("g/u1/", "", 100) == "g/u1/B=B g/u1/a=a g/u1/b=b g/u1/~=~ ");
    CHECK(keys("g/u3/", "", 100).empty());
    CHECK(keys("g/u1/a", "", 100) == "g/u1/a=a ");
  }
  SUBCASE("what is revoked is scanned as a whole") {
    for (std::string key : {"revoked/b", "revoked/a"}) REQUIRE(fixture.run(store.put(key, "", later)));
    CHECK(keys("revoked/", "", 100) == "revoked/a= revoked/b= ");
  }
  SUBCASE("a scan goes on after a key, whether or not it is there, and stops at the count") {
    CHECK(keys("g/u1/", "", 2) == "g/u1/B=B g/u1/a=a ");
    CHECK(keys("g/u1/", "g/u1/a", 2) == "g/u1/b=b g/u1/~=~ ");
    CHECK(keys("g/u1/", "g/u1/aa", 1) == "g/u1/b=b ");
    CHECK(keys("g/u1/", "g/u1/~", 9).empty());
    CHECK(keys("g/u1/", "a", 1) == "g/u1/B=B ");
    CHECK(keys("g/u1/", "z", 1).empty());
    CHECK(keys("g/u1/", "", 0).empty());
  }
}

template <class Fixture>
void check_store_limits(Fixture& fixture) {
  using namespace std::chrono_literals;
  Store& store = fixture.store();
  const TimePoint later = fixture.clock.now() + 1h;
  const std::string longest_key(limits::store_key_bytes_max, 'k');
  const std::string largest_value(limits::store_value_bytes_max, '\0');

  SUBCASE("the longest key and the largest value are kept") {
    REQUIRE(fixture.run(store.create(longest_key, largest_value, later)).value());
    CHECK(fixture.run(store.take(longest_key)).value()->value == largest_value);
  }
  SUBCASE("a larger value is refused and changes nothing") {
    REQUIRE(fixture.run(store.put("code/a", "kept", later)));
    const auto version = fixture.run(store.get("code/a")).value()->version;
    CHECK(fixture.run(store.put("code/a", largest_value + "x", later)).error().kind == Error::Kind::invalid);
    CHECK(fixture.run(store.replace("code/a", version, largest_value + "x", later)).error().kind ==
          Error::Kind::invalid);
    CHECK(fixture.run(store.create("code/b", largest_value + "x", later)).error().kind == Error::Kind::invalid);
    CHECK(fixture.run(store.get("code/a")).value()->value == "kept");
    CHECK_FALSE(fixture.run(store.get("code/b")).value());
  }
  SUBCASE("a key that is empty, too long, or not visible ASCII is refused by every operation") {
    for (const std::string& key : {std::string{}, longest_key + "k", std::string{"a b"}, std::string{"a\n"},
                                   std::string{"a\0b", 3}, std::string{"caf\xc3\xa9"}, std::string{"\x7f"}}) {
      CAPTURE(key);
      CHECK(fixture.run(store.get(key)).error().kind == Error::Kind::invalid);
      CHECK(fixture.run(store.put(key, "", later)).error().kind == Error::Kind::invalid);
      CHECK(fixture.run(store.create(key, "", later)).error().kind == Error::Kind::invalid);
      CHECK(fixture.run(store.replace(key, 1, "", later)).error().kind == Error::Kind::invalid);
      CHECK(fixture.run(store.take(key)).error().kind == Error::Kind::invalid);
      CHECK(fixture.run(store.remove(key)).error().kind == Error::Kind::invalid);
      CHECK(fixture.run(store.scan(key, "", 1)).error().kind == Error::Kind::invalid);
    }
  }
}

template <class Fixture>
void check_store_races(Fixture& fixture) {
  using namespace std::chrono_literals;
  const TimePoint later = fixture.clock.now() + 1h;
  for (int round = 0; round < 100; ++round) {
    const std::string key = "race/" + std::to_string(round);
    CHECK(fixture.race([=](Store& store) { return try_create(store, key, later); }) == 1);
    const auto version = fixture.run(fixture.store().get(key)).value()->version;
    CHECK(fixture.race([=](Store& store) { return try_replace(store, key, version, later); }) == 1);
    CHECK(fixture.race([=](Store& store) { return try_take(store, key); }) == 1);
  }
}

template <class Fixture>
void check_store() {
  Fixture fixture;
  SUBCASE("changes") { check_store_changes(fixture); }
  SUBCASE("expiry") { check_store_expiry(fixture); }
  SUBCASE("scan") { check_store_scan(fixture); }
  SUBCASE("limits") { check_store_limits(fixture); }
  SUBCASE("of many who race, one wins") { check_store_races(fixture); }
}

}  // namespace postern::contract
