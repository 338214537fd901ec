// What every Bus must do towards the loop it belongs to. What other loops hear is for the host's own test.
//
//   struct MyBus { Bus& bus(); void run(Task<void>); };   // run: to the end, on the bus's loop
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "postern/ports/bus.hpp"

namespace postern::contract {

template <class Fixture>
void check_bus() {
  Fixture fixture;
  Bus& bus = fixture.bus();
  std::vector<std::string> heard;
  const auto hear = [&](std::string_view key, std::string_view message) {
    heard.push_back(std::string{key} + ":" + std::string{message});
  };
  const auto publish = [&](std::string topic, std::string message, std::string key = "k") {
    fixture.run(bus.publish(std::move(topic), std::move(key), std::move(message)));
  };
  using Heard = std::vector<std::string>;

  SUBCASE("a publisher's own loop has heard when publish returns, in order") {
    const auto first = bus.subscribe("grant.revoked", hear);
    const auto second = bus.subscribe("grant.revoked", hear);
    publish("grant.revoked", "g1");
    CHECK(heard == Heard{"k:g1", "k:g1"});
    publish("grant.revoked", std::string{"\0g2", 3}, "");
    CHECK(heard.back() == std::string{":\0g2", 4});
  }
  SUBCASE("nobody hears another topic, and nobody listening is no error") {
    const auto subscription = bus.subscribe("grant.revoked", hear);
    publish("grant", "x");
    publish("grant.revoked.all", "x");
    CHECK(heard.empty());
  }
  SUBCASE("who listens hears once what its own loop publishes") {
    const auto subscription = bus.subscribe("t", hear);
    fixture.run(bus.listen("k"));
    fixture.run(bus.listen("k"));
    publish("t", "1");
    publish("t", "2", "another");
    CHECK(heard == Heard{"k:1", "another:2"});
  }
  SUBCASE("an ended subscription hears nothing") {
    auto subscription = bus.subscribe("t", hear);
    publish("t", "1");
    subscription.reset();
    publish("t", "2");
    CHECK(heard == Heard{"k:1"});
  }
  SUBCASE("a subscriber may end its own subscription and others', and begin new ones") {
    std::unique_ptr<Bus::Subscription> first, second, third;
    first = bus.subscribe("t", [&](std::string_view key, std::string_view message) {
      hear(key, message);
      first.reset();
      second.reset();
      third = bus.subscribe(
          "t", [&](std::string_view, std::string_view later) { heard.push_back("third " + std::string{later}); });
    });
    second = bus.subscribe("t", hear);
    publish("t", "1");
    publish("t", "2");
    CHECK(heard == Heard{"k:1", "third 2"});
  }
}

}  // namespace postern::contract
