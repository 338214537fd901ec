#include "emulators/clerk/browser_cookies.hpp"

#include <openssl/evp.h>

#include <array>

#include "emulators/clerk/tokens.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/ensure.hpp"
#include "postern/http/cookie.hpp"

namespace postern::emulator {

namespace {

using namespace std::chrono_literals;
constexpr auto cookie_lifetime = 24h * 365;  // the token inside lives for a minute; SDKs look into it
enum class Script { may_read, may_not_read };

// No Secure: the emulator is plain HTTP on loopback. As at Clerk, scripts of the page may read what they must renew.
std::string set_cookie(std::string name, std::string value, Script script) {
  const bool clears = value.empty();
  return http::serialize({.name = std::move(name),
                          .value = std::move(value),
                          .max_age = clears ? 0s : std::chrono::seconds{cookie_lifetime},
                          .secure = false,
                          .http_only = script == Script::may_not_read});
}

}  // namespace

std::string cookie_suffix(std::string_view publishable_key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ensure(EVP_Digest(publishable_key.data(), publishable_key.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1);
  return base64url_encode({reinterpret_cast<const char*>(digest.data()), size}).substr(0, 8);
}

std::vector<std::string> browser_cookies(World& world, const Browser& browser, std::string_view origin) {
  const Session* session = world.find_session(browser.session_id);
  const bool signed_in = session && session->alive();
  const std::string token =
      signed_in ? mint_session_token(world, *session, {.authorized_party = std::string(origin)}) : std::string{};
  const std::string since = signed_in ? std::to_string(to_unix_seconds(session->created_at)) : "0";
  const std::string suffix = "_" + cookie_suffix(world.settings().publishable_key());
  return {
      set_cookie("__clerk_db_jwt", browser.id, Script::may_read),
      set_cookie("__clerk_db_jwt" + suffix, browser.id, Script::may_read),
      set_cookie("__client_uat", since, Script::may_read),
      set_cookie("__client_uat" + suffix, since, Script::may_read),
      set_cookie("__refresh" + suffix, signed_in ? session->refresh_token : "", Script::may_not_read),
      set_cookie("__session" + suffix, token, Script::may_read),
      set_cookie("__session", token, Script::may_read),
  };
}

}  // namespace postern::emulator
