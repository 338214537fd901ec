#include "postern/http/media_type.hpp"

#include <doctest/doctest.h>

namespace postern::http {

TEST_CASE("a content type is matched without case and without its parameters") {
  for (std::string_view good : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                                "application/json;charset=\"utf-8\"", "application/json ;x=y"}) {
    CAPTURE(good);
    CHECK(has_content_type({{"Content-Type", good}}, "application/json"));
  }
  for (std::string_view bad : {"", "text/plain", "application/jsonp", "application/json-seq", "application/ld+json",
                               "text/plain; application/json", "application/json, text/plain", "*/*"}) {
    CAPTURE(bad);
    CHECK_FALSE(has_content_type({{"Content-Type", bad}}, "application/json"));
  }
  CHECK_FALSE(has_content_type({}, "application/json"));
  CHECK_FALSE(has_content_type({{"Content-Type", "application/json"}, {"content-type", "application/json"}},
                               "application/json"));
}

TEST_CASE("the most specific range of Accept decides (RFC 9110 sec. 12.5.1)") {
  struct Row {
    std::string_view accept;
    bool json, events;
  };
  for (auto [accept, json, events] : {Row{"application/json, text/event-stream", true, true},
                                      {"text/event-stream,application/json", true, true},
                                      {"*/*", true, true},
                                      {"text/*", false, true},
                                      {"Application/*;q=0.1", true, false},
                                      {"*/*, text/event-stream;q=0", true, false},
                                      {"text/event-stream; q=0.000, */*", true, false},
                                      {"application/json;q=0.001", true, false},
                                      {"application/json;x=\"a, text/event-stream\"", true, false},
                                      {"application/json;x=\"\\\", text/event-stream", true, false},
                                      {"application/json;q=\"", true, false},
                                      {"text/html", false, false},
                                      {"*", false, false},
                                      {", ,", false, false},
                                      {"", false, false}}) {
    CAPTURE(accept);
    CHECK(accepts({{"Accept", accept}}, "application/json") == json);
    CHECK(accepts({{"Accept", accept}}, "text/event-stream") == events);
  }
  CHECK(accepts({}, "application/json"));
  CHECK(accepts({{"Accept", "application/json"}, {"accept", "text/event-stream"}}, "text/event-stream"));
}

}  // namespace postern::http
