// Calls that outlast their connections: 2025-11-25, basic/transports, sending messages to the server, and resumability
// and redelivery.
#include <algorithm>
#include <set>

#include "postern/base/limits.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/mcp/resumption_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

namespace {

struct Large {
  int bytes = 0;
};

Task<Result<std::string>> large(Large in, Call& call) {
  call.progress(1);
  co_return std::string(static_cast<std::size_t>(in.bytes), 'x');
}
Task<Result<std::string>> chatters(Call& call) {
  for (int i = 1; i <= 500; ++i) {
    call.progress(i);
    co_await call.clock().sleep_for(10ms);
  }
  co_return "done";
}
App make_long_app() {
  App app = make_talking_app();
  app.tool("large", "Says a lot.", large);
  app.tool("chatters", "Talks on and on.", chatters);
  return app;
}

struct Calls : Resumption {
  Calls() : Resumption{make_long_app()} {}
};

Task<void> woken(WaitList& list) { co_await list.wait(); }

std::vector<std::string> ids_of(const Exchange& exchange) {
  std::vector<std::string> ids;
  if (exchange.primer) ids.push_back(exchange.primer->id);
  for (const auto& event : exchange.events) ids.push_back(event.id);
  return ids;
}
std::vector<std::string> tail(const std::vector<std::string>& all, std::size_t from) {
  return {all.begin() + static_cast<std::ptrdiff_t>(from), all.end()};
}

}  // namespace

TEST_CASE("a call's stream begins with an id and a time to wait, and each event has an id of its own") {
  Calls fixture;
  Begun exchange = fixture.call_tool("steps");
  fixture.test.clock.advance(1s);
  REQUIRE(exchange.ended);
  REQUIRE(exchange.events.size() == 4);
  REQUIRE(exchange.primer);
  CHECK(exchange.primer->retry == Duration{1s});
  const auto ids = ids_of(exchange);
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 5);
  for (const std::string& id : ids) {
    CHECK(id.size() > 40);
    CHECK_FALSE(id.contains("alice"));
  }
  CHECK(exchange.reply().contains("\"done\""));
}

// An event without data is broken JSON to the clients of that time.
TEST_CASE("before 2025-11-25 events have ids, and none is empty") {
  Calls fixture;
  for (const char* revision : {"2025-03-26", "2025-06-18"}) {
    CAPTURE(revision);
    Begun exchange{fixture.endpoint, Calls::calling_in(fixture.start_session(revision), "steps"), fixture.alice};
    fixture.test.clock.advance(1s);
    REQUIRE(exchange.ended);
    CHECK(exchange.events.size() == 4);
    CHECK_FALSE(exchange.primer);
    for (const auto& event : exchange.events) CHECK_FALSE(event.id.empty());
  }
}

TEST_CASE("an answer that is one JSON document costs no I/O") {
  Calls fixture;
  CHECK(fixture.send(fixture.calling("add", R"({"a":1,"b":2})")).body.contains("3"));
  CHECK(fixture.test.store.operations() == 0);
}

TEST_CASE("whoever comes back, from whatever event, gets what came after it, wherever they come to") {
  for (const char* tool : {"steps", "bursts"}) {
    CAPTURE(tool);
    Calls fixture;
    Begun whole = fixture.call_tool(tool);
    fixture.test.clock.advance(1s);
    REQUIRE(whole.ended);
    const auto messages = said(whole);
    const auto ids = ids_of(whole);
    for (std::size_t read = 0; read <= messages.size(); read += std::max<std::size_t>(1, messages.size() / 97)) {
      CAPTURE(read);
      Begun again = fixture.come_back(ids[read]);
      REQUIRE(again.ended);
      CHECK(said(again) == tail(messages, read));
      for (const auto& event : again.events) CHECK(event.id.size() > 40);
    }
  }
}

TEST_CASE("a connection that breaks cancels nothing: the call goes on, and is read on by who comes back") {
  Calls fixture;
  Begun first = fixture.call_tool("waits", R"({"seconds":20})");
  fixture.test.clock.advance(5s);
  REQUIRE(first.primer);
  first.disconnect();
  CHECK(fixture.running() > 0);
  fixture.test.clock.advance(1s);

  Begun second = fixture.come_back(first.primer->id);
  CHECK(second.comments == 1);
  fixture.test.clock.advance(13s);
  CHECK_FALSE(second.ended);
  fixture.test.clock.advance(2s);
  REQUIRE(second.ended);
  CHECK(second.reply().contains("waited 20"));
  CHECK(fixture.running() == 0);
}

TEST_CASE("a call that ended in between is answered from the log, also by a server that was started again") {
  Calls fixture;
  Begun first = fixture.call_tool("waits", R"({"seconds":20})");
  fixture.test.clock.advance(5s);
  first.disconnect();
  fixture.test.clock.advance(1min);
  CHECK(fixture.running() == 0);
  Begun second = fixture.come_back(first.primer->id);
  REQUIRE(second.ended);
  CHECK(second.reply().contains("waited 20"));
}

TEST_CASE("a call that nobody reads is stopped after a while, and says so to who comes later") {
  Calls fixture;
  Begun first = fixture.call_tool("waits", R"({"seconds":3000})");
  fixture.test.clock.advance(1min);
  CHECK_FALSE(first.ended);
  first.disconnect();
  fixture.test.clock.advance(limits::stream_unread_max - 1s);
  CHECK(fixture.running() > 0);
  fixture.test.clock.advance(1s);
  CHECK(fixture.running() == 0);
  Begun second = fixture.come_back(first.primer->id);
  REQUIRE(second.ended);
  CHECK(second.reply().contains("-32603"));

  SUBCASE("but not while somebody reads who came back") {
    Begun third = fixture.call_tool("waits", R"({"seconds":100})");
    fixture.test.clock.advance(5s);
    third.disconnect();
    Begun fourth = fixture.come_back(third.primer->id);
    fixture.test.clock.advance(100s);
    REQUIRE(fourth.ended);
    CHECK(fourth.reply().contains("waited 100"));
    CHECK(fourth.comments > 4);
  }
}

// A client whose network changed comes back before the server has noticed.
TEST_CASE("each message goes to one reader: who comes back takes the place of who was there") {
  Calls fixture;
  Begun first = fixture.call_tool("waits", R"({"seconds":20})");
  fixture.test.clock.advance(5s);
  Begun second = fixture.come_back(first.primer->id);
  CHECK(first.ended);
  Begun third{fixture.endpoint, Calls::from(fixture.session, first.primer->id), fixture.alice};
  CHECK(second.ended);
  fixture.test.clock.advance(20s);
  REQUIRE(third.ended);
  CHECK(third.reply().contains("waited 20"));
  CHECK(said(first).empty());
  CHECK(said(second).empty());
}

// security.md threats 27 and 28.
TEST_CASE("an id is good in its own session only, for its own user, as it was made, and for a while") {
  Calls fixture;
  Begun exchange = fixture.call_tool("steps");
  fixture.test.clock.advance(1s);
  REQUIRE(exchange.ended);
  const std::string id = exchange.events[0].id;
  const std::string other = fixture.start_session("2025-11-25");
  const std::string bobs = fixture.initialize("2025-11-25", fixture.bob);
  std::string changed = id;
  changed[10] = changed[10] == 'A' ? 'B' : 'A';
  CHECK(fixture.status_of(Calls::from(fixture.session, id), fixture.alice) == 200);
  CHECK(fixture.status_of(Calls::from(other, id), fixture.alice) == 400);
  CHECK(fixture.status_of(Calls::from(bobs, id), fixture.bob) == 400);
  CHECK(fixture.status_of(Calls::from(fixture.session, id), fixture.bob) == 404);
  for (const std::string& bad : {changed, id.substr(1), std::string{"1"}, std::string(300, 'A'), id + "A"}) {
    CHECK(fixture.status_of(Calls::from(fixture.session, bad), fixture.alice) == 400);
  }
  fixture.test.clock.advance(limits::stream_log_lifetime + limits::stream_lease);
  CHECK(fixture.status_of(Calls::from(fixture.session, id), fixture.alice) == 400);
}

TEST_CASE("a call that its server took along ends with an error, once it is known to be lost") {
  Calls fixture;
  auto endpoint =
      std::make_unique<Endpoint>(fixture.app, fixture.test.ports, EndpointOptions{.session_key = session_key()});
  Begun first{*endpoint, fixture.calling("steps"), fixture.alice};
  fixture.test.clock.advance(60ms);
  REQUIRE(first.events.size() == 2);
  first.disconnect();
  endpoint.reset();

  Begun second = fixture.come_back(first.events[0].id);
  CHECK(said(second) == tail(said(first), 1));
  fixture.test.clock.advance(limits::stream_lease + limits::stream_poll_interval);
  REQUIRE(second.ended);
  const json::Value reply = *json::parse(second.reply());
  CHECK(reply.at("id") == "c");
  CHECK(reply.at("error").at("code") == -32603);

  Begun third = fixture.come_back(second.events.front().id);
  REQUIRE(third.ended);
  CHECK(third.reply() == second.reply());
}

TEST_CASE("a result of any size is kept whole, and one that is too large is an error to who comes back") {
  for (const int bytes : {10, 65'530, 300'000, 2'000'000}) {
    CAPTURE(bytes);
    Calls fixture;
    Begun first = fixture.call_tool("large", "{\"bytes\":" + std::to_string(bytes) + "}");
    fixture.test.clock.advance(1s);
    REQUIRE(first.ended);
    CHECK(first.reply().size() > static_cast<std::size_t>(bytes));
    for (const std::size_t read : {0U, 1U}) {
      Begun again = fixture.come_back(ids_of(first)[read]);
      REQUIRE(again.ended);
      CHECK(again.events.size() == 2 - read);
      if (bytes < 1'000'000) {
        CHECK(again.reply() == first.reply());
      } else {
        CHECK(again.reply().contains("-32603"));
      }
    }
  }
}

TEST_CASE("what is kept of a stream is bounded: its oldest events go first, never its end") {
  Calls fixture;
  Begun first = fixture.call_tool("chatters");
  fixture.test.clock.advance(1min);
  REQUIRE(first.ended);
  const auto messages = said(first);
  REQUIRE(messages.size() == 501);
  const auto kept = std::ranges::count_if(fixture.test.store.records(),
                                          [](const auto& record) { return record.first.starts_with("mcp_event/"); });
  CHECK(kept == limits::stream_log_records_max);
  Begun again = fixture.come_back(first.primer->id);
  REQUIRE(again.ended);
  CHECK(said(again) == tail(messages, messages.size() - limits::stream_log_records_max));
}

TEST_CASE("where nothing can be kept there are no ids, and a call ends with its connection") {
  Calls fixture;
  SUBCASE("the store is down") { fixture.test.store.fail_with(Error{Error::Kind::unavailable, "down"}); }
  SUBCASE("the session has too many streams") {
    for (std::size_t i = 0; i < limits::streams_logged_per_session_max; ++i) {
      Begun each = fixture.call_tool("steps");
      fixture.test.clock.advance(1s);
      REQUIRE(each.ended);
      REQUIRE(each.primer);
    }
  }
  Begun exchange = fixture.call_tool("steps");
  fixture.test.clock.advance(1s);
  REQUIRE(exchange.ended);
  CHECK(exchange.events.size() == 4);
  for (const auto& event : exchange.events) CHECK(event.id.empty());
  Begun left = fixture.call_tool("waits", R"({"seconds":20})");
  fixture.test.clock.advance(5s);
  left.disconnect();
  CHECK(fixture.running() == 0);
}

TEST_CASE("a store that fails in the middle takes the ids along, not the result") {
  Calls fixture;
  Begun exchange = fixture.call_tool("steps");
  fixture.test.clock.advance(60ms);
  fixture.test.store.fail_with(Error{Error::Kind::unavailable, "down"});
  fixture.test.clock.advance(1s);
  REQUIRE(exchange.ended);
  CHECK(exchange.reply().contains("\"done\""));
  CHECK_FALSE(exchange.events[0].id.empty());
  CHECK(exchange.events.back().id == exchange.events[1].id);  // which stands, as there is no other
}

TEST_CASE("a call without a connection is cancelled by its client, by the end of its session, and by revocation") {
  Calls fixture;
  WaitList revoked;
  auto until_revoked = [&revoked](const Caller& caller) {
    CHECK(caller->grant_id == "grant_1");
    return woken(revoked);
  };
  Principal alice = fixture.alice;
  alice.grant_id = "grant_1";
  Endpoint endpoint{fixture.app, fixture.test.ports, {.session_key = session_key(), .until_revoked = until_revoked}};
  Begun first{endpoint, fixture.calling("waits", R"({"seconds":20})"), alice};
  fixture.test.clock.advance(5s);
  first.disconnect();
  REQUIRE(fixture.running() > 0);
  SUBCASE("by its client") {
    fixture.notify(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}})");
    Begun again{fixture.elsewhere, Calls::from(fixture.session, first.primer->id), alice};
    CHECK(again.ended);
    CHECK(again.events.empty());
  }
  SUBCASE("by the end of its session") {
    auto request = Fixture::post("", {{"Mcp-Session-Id", fixture.session}});
    request.method = http::Method::delete_;
    CHECK(fixture.send(request).status == 204);
    CHECK(fixture.status_of(Calls::from(fixture.session, first.primer->id), alice) == 404);
  }
  SUBCASE("by revocation") { revoked.wake_all(); }
  CHECK(fixture.running() == 0);
}

TEST_CASE("a question that was asked before the connection broke is asked again, and answered") {
  Calls fixture;
  Begun first = fixture.call_tool("asks");
  fixture.test.clock.advance(10ms);
  REQUIRE(said(first).size() == 1);
  first.disconnect();
  Begun second = fixture.come_back(first.primer->id);
  REQUIRE(said(second) == said(first));
  const json::Value question = *json::parse(said(second)[0]);
  fixture.notify(R"({"jsonrpc":"2.0","id":)" + json::serialize(question.at("id")) +
                 R"(,"result":{"action":"accept","content":{"name":"Ada"}}})");
  fixture.test.clock.advance(10ms);
  REQUIRE(second.ended);
  CHECK(second.reply().contains("You are Ada"));
}
