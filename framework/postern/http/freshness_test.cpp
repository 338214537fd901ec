#include "postern/http/freshness.hpp"

#include <doctest/doctest.h>

namespace postern::http {

using namespace std::chrono_literals;

TEST_CASE("what an answer says about its freshness, as RFC 9111 reads it") {
  struct Row {
    HeaderMap headers;
    bool may_be_stored;
    std::optional<std::chrono::seconds> lifetime;
  };
  const Row rows[] = {
      {{}, true, std::nullopt},
      {{{"Cache-Control", "max-age=600"}}, true, 600s},
      {{{"cache-control", "public, MAX-AGE = 600 , must-revalidate"}}, true, 600s},
      {{{"Cache-Control", "max-age=\"600\""}}, true, 600s},
      {{{"Cache-Control", "public"}, {"Cache-Control", "max-age=5"}}, true, 5s},
      {{{"Cache-Control", "max-age=600, s-maxage=60"}}, true, 60s},    // sec. 5.2.2.10
      {{{"Cache-Control", "max-age=600"}, {"Age", "599"}}, true, 1s},  // sec. 4.2.3
      {{{"Cache-Control", "max-age=600"}, {"Age", "601"}}, true, 0s},
      {{{"Cache-Control", "max-age=600, max-age=5"}}, true, 600s},               // sec. 4.2.1: the first
      {{{"Cache-Control", "max-age=99999999999999999999"}}, true, 2147483648s},  // sec. 1.2.2
      {{{"Cache-Control", "max-age=-1"}}, true, 0s},
      {{{"Cache-Control", "max-age=ten"}}, true, 0s},
      {{{"Cache-Control", "max-age"}}, true, 0s},
      {{{"Cache-Control", "no-cache, max-age=600"}}, true, 0s},
      {{{"Cache-Control", "no-store"}}, false, std::nullopt},
      {{{"Cache-Control", "private, max-age=600"}}, false, 600s},
      {{{"Cache-Control", "private=\"x, y\""}}, false, std::nullopt},
      {{{"Expires", "0"}}, true, 0s},
      {{{"Expires", "Thu, 01 Dec 2050 16:00:00 GMT"}, {"Cache-Control", "max-age=60"}}, true, 60s},  // sec. 5.3
      {{{"Cache-Control", ",, ,"}}, true, std::nullopt},
  };
  for (const Row& row : rows) {
    const std::string* value = row.headers.find("Cache-Control");
    CAPTURE((value ? *value : std::string{}));
    const Freshness freshness = freshness_of(row.headers);
    CHECK(freshness.may_be_stored == row.may_be_stored);
    CHECK(freshness.lifetime == row.lifetime);
  }
}

}  // namespace postern::http
