#include "postern/uri/redirect.hpp"

#include <doctest/doctest.h>

#include <format>
#include <string>

namespace postern::uri {

TEST_CASE("what real clients use may be registered") {
  for (std::string_view good :
       {"https://claude.ai/api/mcp/auth_callback", "https://example.com", "https://example.com:8443/cb?tenant=1",
        "https://chatgpt.com/connector_platform_oauth_redirect", "https://vscode.dev/redirect",
        "http://127.0.0.1/callback", "http://127.0.0.1:33418", "http://127.0.0.1:33418/",
        "http://localhost:6274/oauth/callback", "http://[::1]:8080/cb", "cursor://anysphere.cursor-mcp/oauth/callback",
        "vscode://publisher.extension/callback", "vscode-insiders://publisher.extension/callback",
        "com.example.app:/oauth2redirect/example-provider", "com.example.app://cb"}) {
    CAPTURE(good);
    CHECK(check_redirect_uri(good));
    CHECK(redirect_uri_matches(good, good));
  }
}

TEST_CASE("what must never be redirected to cannot be registered (threat 2)") {
  for (std::string_view bad : {"javascript:alert(1)",
                               "JavaScript:alert(1)",
                               "java\nscript:alert(1)",
                               "data:text/html,x",
                               "file:///etc/passwd",
                               "blob:x",
                               "about:blank",
                               "vbscript:x",
                               "view-source:https://a/",
                               "ws://a/",
                               "ftp://a/",
                               "mailto:a@example.com",
                               "urn:ietf:wg:oauth",
                               "intent://x",
                               "chrome://settings",
                               "ms-settings:x",
                               "app:/cb",
                               "cursor-evil://x",
                               "cursorx:/cb",
                               "a.:/cb",
                               "a..b:/cb",
                               "http://example.com/cb",
                               "http://0.0.0.0/cb",
                               "http://localhost./cb",
                               "http://localhost.evil.example/cb",
                               "http://127.0.0.1.evil.example/cb",
                               "http://127.1/cb",
                               "http://127.0.0.2/cb",
                               "http://2130706433/cb",
                               "http://[::]/cb",
                               "http://[::ffff:127.0.0.1]/cb",
                               "http://localhost@evil.example/cb",
                               "https://example.com/cb#",
                               "https://example.com/cb#x",
                               "com.example.app:/cb#x",
                               "https://user@example.com/cb",
                               "https://user:pass@example.com/",
                               "https://@example.com/",
                               "https://example.com@evil.example/",
                               "https://example.com/a/../b",
                               "https://example.com/%2e%2e/b",
                               "https://example.com/a b",
                               "https://example.com\\@evil.example/",
                               "https://example.com/\\evil",
                               "https://example.com/\r\nLocation:x",
                               "https://example.com/\x7f",
                               "https://example.com/\xc3\xa4",
                               "https:/example.com",
                               "https:example.com",
                               "https://",
                               "//a/cb",
                               "/cb",
                               "cb",
                               "",
                               " https://a/",
                               "https://*.example.com/cb",
                               "*"}) {
    CAPTURE(bad);
    CHECK_FALSE(check_redirect_uri(bad));
    CHECK_FALSE(redirect_uri_matches("https://example.com/cb", bad));
    CHECK_FALSE(redirect_uri_matches("http://127.0.0.1/cb", bad));
    CHECK_FALSE(redirect_uri_matches("http://localhost/cb", bad));
  }
  CHECK_FALSE(check_redirect_uri("https://a/" + std::string(redirect_uri_bytes_max, 'a')));
}

TEST_CASE("no variation of a registered URI is the registered URI (threat 1, RFC 9700 sec. 4.1)") {
  constexpr std::string_view registered = "https://app.example.com/oauth/cb?tenant=1";
  for (std::string_view mutated : {"https://app.example.com/oauth/cb",
                                   "https://app.example.com/oauth/cb?",
                                   "https://app.example.com/oauth/cb?tenant=2",
                                   "https://app.example.com/oauth/cb?tenant=1&x=2",
                                   "https://app.example.com/oauth/cb?tenant=1#",
                                   "https://app.example.com/oauth/cb/?tenant=1",
                                   "https://app.example.com/oauth/cB?tenant=1",
                                   "https://app.example.com/oauth/c%62?tenant=1",
                                   "https://app.example.com/oauth//cb?tenant=1",
                                   "https://app.example.com/oauth/./cb?tenant=1",
                                   "https://app.example.com/x/../oauth/cb?tenant=1",
                                   "https://app.example.com/oauth/cb/../x?tenant=1",
                                   "https://app.example.com:443/oauth/cb?tenant=1",
                                   "https://app.example.com:8443/oauth/cb?tenant=1",
                                   "https://APP.example.com/oauth/cb?tenant=1",
                                   "HTTPS://app.example.com/oauth/cb?tenant=1",
                                   "http://app.example.com/oauth/cb?tenant=1",
                                   "https://app.example.com./oauth/cb?tenant=1",
                                   "https://app.example.com.evil.example/oauth/cb?tenant=1",
                                   "https://evil-app.example.com/oauth/cb?tenant=1",
                                   "https://example.com/oauth/cb?tenant=1",
                                   "https://a@app.example.com/oauth/cb?tenant=1",
                                   "https://app.example.com@evil.example/oauth/cb?tenant=1",
                                   "https://evil.example\\@app.example.com/oauth/cb?tenant=1",
                                   "https://app.example.com/oauth/cb?tenant=1 ",
                                   " https://app.example.com/oauth/cb?tenant=1",
                                   "https://app.example.com/oauth/cb?tenant=1\n",
                                   "https://app.example.com/oauth/cb?tenant=1%00",
                                   "https://app.example.com\t/oauth/cb?tenant=1",
                                   "//app.example.com/oauth/cb?tenant=1",
                                   "https://app.example.com/oauth/cb%3Ftenant=1",
                                   "https://app.example.com/oauth/cb;x?tenant=1",
                                   "https://\xd0\xb0pp.example.com/oauth/cb?tenant=1",
                                   ""}) {
    CAPTURE(mutated);
    CHECK_FALSE(redirect_uri_matches(registered, mutated));
  }
  CHECK_FALSE(redirect_uri_matches("com.example.app:/cb", "com.example.app:/CB"));
  CHECK_FALSE(redirect_uri_matches("cursor://a/cb", "cursor://a:1/cb"));
}

TEST_CASE("on loopback the port may differ, and nothing else (threat 3, RFC 8252 sec. 7.3)") {
  const auto hosts = {"127.0.0.1", "[::1]", "localhost"};
  const auto ports = {"", ":80", ":1024", ":65535"};
  const auto paths = {"", "/", "/cb", "/cb/", "/cb?x=1", "/cb?x=:1", "/CB", "/cb:2"};
  for (std::string_view host : hosts) {
    for (std::string_view path : paths) {
      for (std::string_view port : ports) {
        const std::string registered = std::format("http://{}{}{}", host, port, path);
        for (std::string_view other_host : hosts) {
          for (std::string_view other_path : paths) {
            for (std::string_view other_port : ports) {
              const std::string requested = std::format("http://{}{}{}", other_host, other_port, other_path);
              CAPTURE(registered);
              CAPTURE(requested);
              CHECK(redirect_uri_matches(registered, requested) == (host == other_host && path == other_path));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("what resembles loopback gets no other port") {
  for (std::string_view requested :
       {"http://127.0.0.1.evil.example:1/cb", "http://0.0.0.0:1/cb", "http://localhost.:1/cb", "http://LOCALHOST:1/cb",
        "https://localhost:1/cb", "HTTP://localhost:1/cb", "http://localhost:1:2/cb", "http://localhost:65536/cb",
        "http://localhost:x/cb", "http://localhost:1@evil.example/cb", "http://evil@localhost:1/cb",
        "http://localhost:1/cb#x", "http://localhost:1/cb/../cb", "http://localhost:1\\cb", "http://127.0.0.1:1/cb",
        "http://[0::1]:1/cb"}) {
    CAPTURE(requested);
    CHECK_FALSE(redirect_uri_matches("http://localhost/cb", requested));
    CHECK_FALSE(redirect_uri_matches("http://[::1]/cb", requested));
    CHECK_FALSE(redirect_uri_matches("https://localhost/cb", "https://localhost:1/cb"));
  }
}

}  // namespace postern::uri
