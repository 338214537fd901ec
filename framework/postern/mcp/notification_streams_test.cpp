// The stream of a session itself: 2025-11-25, basic/transports, listening for messages from the server, and
// resumability and redelivery.
#include "postern/base/limits.hpp"
#include "postern/mcp/resumption_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

TEST_CASE("who comes back to the session's stream hears of what has changed meanwhile") {
  Resumption fixture;
  auto watch = [&fixture](std::string_view uri) {
    fixture.send(Fixture::post(
        R"({"jsonrpc":"2.0","id":5,"method":"resources/subscribe","params":{"uri":")" + std::string{uri} + R"("}})",
        {{"Mcp-Session-Id", fixture.session}}));
  };
  watch("acme://orders/17");
  watch("acme://orders/18");
  Begun first{fixture.endpoint, Resumption::from(fixture.session), fixture.alice};
  REQUIRE(first.primer);
  CHECK(first.primer->retry == Duration{1s});
  fixture.send(fixture.calling("change"));
  REQUIRE(said(first).size() == 1);
  CHECK_FALSE(first.events[0].id.empty());
  first.disconnect();
  fixture.test.clock.advance(10s);

  SUBCASE("nothing") {
    Begun second = fixture.come_back(first.events[0].id);
    CHECK(said(second).empty());
  }
  SUBCASE("one") {
    fixture.send(fixture.calling("change"));
    fixture.test.clock.advance(10s);
    Begun second = fixture.come_back(first.events[0].id);
    CHECK(said(second) == said(first));
    fixture.send(fixture.calling("change"));
    CHECK(said(second).size() == 2);
    Exchange third{.request = Resumption::from(fixture.session, second.events.back().id)};
    fixture.test.clock.advance(10s);
    third.start(fixture.endpoint, fixture.alice);
    CHECK(second.ended);
  }
  SUBCASE("after too long a time nobody knows, so all that is watched may have") {
    fixture.test.clock.advance(limits::resource_update_lifetime);
    Begun second = fixture.come_back(first.events[0].id);
    CHECK(said(second).size() == 2);
  }
}
