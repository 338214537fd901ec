#include "postern/http/cookie.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>

#include "hosts/native/testing/traps.hpp"

namespace postern::http {

TEST_CASE("a cookie is found by its exact name, and only if it is there once") {
  struct Row {
    std::string_view field;
    std::optional<std::string> value;
  };
  for (const auto& [field, value] : {Row{"SID=31d4d96e407aad42", "31d4d96e407aad42"},  // RFC 6265bis sec. 3.1
                                     {"SID=31d4d96e407aad42; lang=en-US", "31d4d96e407aad42"},
                                     {"lang=en-US; SID=31d4d96e407aad42", "31d4d96e407aad42"},
                                     {"lang=en-US;SID=a=b==", "a=b=="},
                                     {" SID = x ", "x"},
                                     {"SID=", ""},
                                     {"SID=\"x\"", "\"x\""},
                                     {"SID=1; SID=1", std::nullopt},
                                     {"SID=1; a=b; SID=2", std::nullopt},
                                     {"sid=1", std::nullopt},
                                     {"SID", std::nullopt},
                                     {"XSID=1; SIDX=2", std::nullopt},
                                     {"x=SID=1", std::nullopt},
                                     {";;; ;", std::nullopt},
                                     {"", std::nullopt}}) {
    CAPTURE(field);
    CHECK(find_cookie({{"Cookie", field}}, "SID") == value);
  }
  CHECK_FALSE(find_cookie({}, "SID"));
  CHECK_FALSE(find_cookie({{"Cookie", "SID=1"}, {"cookie", "SID=2"}}, "SID"));
  CHECK(find_cookie({{"Cookie", "a=1"}, {"cookie", "SID=2"}}, "SID") == "2");
}

TEST_CASE("a cookie is set with every attribute that guards it") {
  CHECK(serialize(SetCookie{.name = "__Host-SID", .value = "12345", .max_age = std::chrono::minutes{10}}) ==
        "__Host-SID=12345; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax");
  CHECK(serialize(SetCookie{.name = "theme",
                            .value = "",
                            .path = "/app",
                            .max_age = std::chrono::seconds{0},
                            .secure = false,
                            .http_only = false,
                            .same_site = SameSite::strict}) == "theme=; Path=/app; Max-Age=0; SameSite=Strict");
}

TEST_CASE("a cookie that a browser would refuse or misread is a bug (RFC 6265bis sec. 4.1)") {
  const auto bad = {
      SetCookie{.name = "__Host-a", .path = "/app"},
      SetCookie{.name = "__Host-a", .secure = false},
      SetCookie{.name = "__hOST-a", .secure = false},
      SetCookie{.name = "__Secure-a", .secure = false},
      SetCookie{.name = "a", .secure = false, .same_site = SameSite::none},
      SetCookie{.name = ""},
      SetCookie{.name = "a=b"},
      SetCookie{.name = "a", .value = "x; Domain=evil.example"},
      SetCookie{.name = "a", .value = "x\r\nSet-Cookie: b=c"},
      SetCookie{.name = "a", .value = "two words"},
      SetCookie{.name = "a", .value = "\xc3\xa4"},
      SetCookie{.name = "a", .value = std::string(cookie_bytes_max, 'x')},
      SetCookie{.name = "a", .path = "app"},
      SetCookie{.name = "a", .path = "/; Domain=evil.example"},
  };
  for (const SetCookie& cookie : bad) {
    CAPTURE(cookie.name);
    CAPTURE(cookie.path);
    CHECK(testing::traps([&] { (void)serialize(cookie); }));
  }
  CHECK_FALSE(testing::traps([] { (void)serialize({.name = "__Host-a"}); }));
}

}  // namespace postern::http
