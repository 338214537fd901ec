#include "postern/clerk/keys.hpp"

#include <doctest/doctest.h>

#include "postern/base/encoding.hpp"
#include "postern/clerk/app_url.hpp"

namespace postern::clerk {

TEST_CASE("a publishable key names its instance: the vectors of clerk.md 1.1, made by npm @clerk/shared") {
  const auto emulator = PublishableKey::parse("pk_test_MTI3LjAuMC4xOjQwMTAk").value();
  CHECK(emulator.issuer() == "http://127.0.0.1:4010");
  CHECK_FALSE(emulator.is_live());
  const auto development = PublishableKey::parse("pk_test_dmVyYi1ub3VuLTEyLmNsZXJrLmFjY291bnRzLmRldiQ=").value();
  CHECK(development.fapi_url() == "https://verb-noun-12.clerk.accounts.dev");
  const auto production = PublishableKey::parse("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k").value();
  CHECK(production.jwks_url() == "https://clerk.example.com/.well-known/jwks.json");
  CHECK(production.is_live());
}

TEST_CASE("a publishable key that leads nowhere, or elsewhere, is refused") {
  for (std::string_view host :
       {"clerk.example.com", "clerk.example.com$$", "localhost:9000$", "$", ".$", "a.b/path$", "a.b?x$", "a.b#x$",
        "user@a.b$", "a.b\\c$", "http://a.b$", "a.b:99999$", "a.b:x$", "a.b\n$", "a b.c$"}) {
    CAPTURE(host);
    CHECK_FALSE(PublishableKey::parse("pk_test_" + base64_encode(host)));
  }
  for (std::string_view text : {"", "pk_test_", "pk_prod_Y2xlcmsuZXhhbXBsZS5jb20k", "sk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
                                "pk_live_Y2xlcmsuZXhh_XBsZS5jb20k", "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k ",
                                " pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "pk_live_*"}) {
    CAPTURE(text);
    CHECK_FALSE(PublishableKey::parse(text));
  }
}

TEST_CASE("only a loopback host with a port is spoken to in plain http") {
  const auto url_for = [](std::string_view host) {
    return PublishableKey::parse("pk_test_" + base64_encode(host)).value().fapi_url();
  };
  CHECK(url_for("127.0.0.1:8790$") == "http://127.0.0.1:8790");
  CHECK(url_for("127.0.0.1$") == "https://127.0.0.1");
  CHECK(url_for("127.0.0.1.evil.example:80$") == "https://127.0.0.1.evil.example:80");
  CHECK(url_for("10.0.0.1:8790$") == "https://10.0.0.1:8790");
}

TEST_CASE("a secret key is known by its prefix") {
  CHECK(SecretKey::parse("sk_live_x").value().is_live());
  CHECK_FALSE(SecretKey::parse("sk_test_x").value().is_live());
  for (std::string_view text :
       {"", "sk_live_", "pk_live_x", "live_x", "sk_live_a b", "sk_live_a\r\nb", "sk_live_\xc3\xa9"})
    CHECK_FALSE(SecretKey::parse(text));
}

TEST_CASE("the app's address is an origin, https unless it is loopback") {
  CHECK(AppUrl::parse("https://app.example.com/").value().origin() == "https://app.example.com");
  CHECK(AppUrl::parse("http://localhost:5173").value().origin() == "http://localhost:5173");
  for (std::string_view text :
       {"http://app.example.com", "https://app.example.com/base", "https://app.example.com?x",
        "https://app.example.com/#x", "https://me@app.example.com", "app.example.com", "ftp://app.example.com", ""}) {
    CAPTURE(text);
    CHECK_FALSE(AppUrl::parse(text));
  }
}

TEST_CASE("a path stays in the app") {
  const auto app = AppUrl::parse("https://app.example.com").value();
  CHECK(app.resolve("/api/orders?q=a%20b") == "https://app.example.com/api/orders?q=a%20b");
  for (std::string_view path : {"", "api", "//evil.example/x", "@evil.example/", ".evil.example/", ":99/", "/a b",
                                "/a\r\nX: y", "/../x", "/a/../../x", "/a#b", "/a\\b", "https://evil.example/"}) {
    CAPTURE(path);
    CHECK_FALSE(app.resolve(path));
  }
}

}  // namespace postern::clerk
