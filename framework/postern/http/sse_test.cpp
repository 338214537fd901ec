#include "postern/http/sse.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "hosts/native/testing/traps.hpp"

namespace postern::http {
namespace {

using namespace std::string_literals;
using Events = std::vector<SseEvent>;

struct Stream {
  std::string_view name;
  std::string text;
  Events events;
  std::string last_event_id;
};

// The examples of WHATWG HTML section 9.2.6, what it says about their events, and then its corner cases.
const std::vector<Stream>& streams() {
  static const std::vector<Stream> all{
      {"stock tickers", "data: YHOO\ndata: +2\ndata: 10\n\n", {{.data = "YHOO\n+2\n10"}}, ""},
      {"four blocks, the last of them incomplete",
       ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event",
       {{.data = "first event", .id = "1"}, {.data = "second event"}},
       ""},
      {"four blocks, all complete",
       ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
       {{.data = "first event", .id = "1"}, {.data = "second event"}, {.data = " third event"}},
       ""},
      {"empty data", "data\n\ndata\ndata\n\ndata:", {{.data = ""}, {.data = "\n"}}, ""},
      {"one optional space", "data:test\n\ndata: test\n\n", {{.data = "test"}, {.data = "test"}}, ""},
      {"named events",
       "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\ndata: x\n\n",
       {{.event = "add", .data = "73857293"}, {.event = "remove", .data = "2153"}, {.data = "x"}},
       ""},
      {"all line ends", "data: a\rdata: b\r\ndata: c\n\r\ndata: d\r\r", {{.data = "a\nb\nc"}, {.data = "d"}}, ""},
      {"byte order mark at the very start only",
       "\xef\xbb\xbf"
       "data: a\n\n\xef\xbb\xbf"
       "data: b\n\n",
       {{.data = "a"}},
       ""},
      {"an id stays until changed",
       "id: 7\n\ndata: a\n\ndata: b\n\nid: 8\ndata: c\n\n",
       {{.data = "a", .id = "7"}, {.data = "b", .id = "7"}, {.data = "c", .id = "8"}},
       "8"},
      {"an id with NUL is ignored", "id: 7\nid: a\0b\ndata: x\n\n"s, {{.data = "x", .id = "7"}}, "7"},
      {"retry takes digits only",
       "retry: 2500\nretry: 1e3\nretry: -1\nretry:\nretry: 10 \nretry: 99999999999999999999\ndata: x\n\n",
       {{.data = "x", .retry = Duration{2500}}},
       ""},
      {"unknown and mis-cased fields are ignored",
       "Data: a\nfoo: b\n data: c\ndata : d\ndata: e\n\n",
       {{.data = "e"}},
       ""},
      {"an event without data is none, and its name is forgotten", "event: a\n\ndata: x\n\n", {{.data = "x"}}, ""},
  };
  return all;
}

}  // namespace

TEST_CASE("the parser gives what the specification says, wherever the bytes are cut") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  for (const Stream& stream : streams()) {
    CAPTURE(stream.name);
    for (int round = 0; round < 50; ++round) {
      // The first round takes the stream whole, the second byte by byte, the rest pieces of any size.
      std::uniform_int_distribution<std::size_t> size{0, round < 25 ? 3U : stream.text.size()};
      SseParser parser;
      Events events;
      std::string_view rest = stream.text;
      while (!rest.empty()) {
        const std::size_t piece = round == 0 ? rest.size() : round == 1 ? 1 : std::min(size(random), rest.size());
        auto some = parser.feed(rest.substr(0, piece));
        REQUIRE(some);
        events.insert(events.end(), some->begin(), some->end());
        rest.remove_prefix(piece);
      }
      CHECK(events == stream.events);
      CHECK(parser.last_event_id() == stream.last_event_id);
    }
  }
}

TEST_CASE("what is serialized is read back") {
  for (const SseEvent& event :
       {SseEvent{.data = "x"}, SseEvent{.data = ""}, SseEvent{.data = " two leading\n\n  and an empty line\n"},
        SseEvent{.event = "endpoint", .data = ":colon", .id = "s/17", .retry = Duration{3000}},
        SseEvent{.data = "id: 9\ndata: y\nevent: z"}}) {
    SseParser parser;
    const auto events = parser.feed(serialize(event));
    REQUIRE(events);
    CHECK(*events == Events{event});
  }
}

TEST_CASE("the wire form is one field a line and a blank line") {
  CHECK(serialize({.event = "message", .data = "a\r\nb\rc\nd", .id = "1", .retry = Duration{5}}) ==
        "id: 1\nevent: message\nretry: 5\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(serialize({}) == "data: \n\n");
}

TEST_CASE("a line break or NUL in a name or an id is a bug (threat 37)") {
  for (const std::string& bad : {"a\nb"s, "a\rb"s, "a\0b"s, "\r\ndata: x"s}) {
    CHECK(testing::traps([&] { (void)serialize({.event = bad}); }));
    CHECK(testing::traps([&] { (void)serialize({.id = bad}); }));
  }
}

TEST_CASE("a keep-alive comment is no event") {
  SseParser parser;
  CHECK(parser.feed(sse_keep_alive)->empty());
  CHECK(parser.feed(serialize({.data = "x"}))->size() == 1);
}

TEST_CASE("an event over the limit is an error, however it is cut") {
  for (std::string_view piece : {"data: 0123456789\n", "0123456789"}) {
    SseParser parser{64};
    bool refused = false;
    for (int i = 0; i < 100 && !refused; ++i) refused = !parser.feed(piece);
    CHECK(refused);
  }
  CHECK(SseParser{64}.feed(std::string(65, 'x')).error().kind == Error::Kind::limited);
}

}  // namespace postern::http
