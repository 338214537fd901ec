// An outcome that OAuth has a code for (RFC 6749 sec. 4.1.2.1 and 5.2, RFC 7591 sec. 3.2.2, RFC 8707 sec. 2).
//
//   return std::unexpected(OAuthError{"invalid_grant", "The code has expired or was used already."});
//
// The description goes to the client: dull sentences, no input repeated, no secret. An Error of a port becomes one by
// itself, as "temporarily_unavailable": whatever was presented is still good, and the client may come again.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "postern/base/error.hpp"
#include "postern/base/time.hpp"
#include "postern/http/message.hpp"

namespace postern::oauth {

struct OAuthError {
  std::string code;
  std::string description;
  int status = 400;
  std::chrono::seconds retry_after{5};  // with 429 and 503

  OAuthError(std::string_view error, std::string_view sentence) : code(error), description(sentence) {}
  OAuthError(std::string_view error, std::string_view sentence, int http_status)
      : code(error), description(sentence), status(http_status) {}
  OAuthError(const Error&)  // implicit, so that CO_TRY hands a port's error on
      : code("temporarily_unavailable"), description("Try again in a few seconds."), status(503) {}

  // RFC 6585 sec. 4: OAuth itself has no word for it.
  [[nodiscard]] static OAuthError too_many_requests(Duration wait) {
    OAuthError error{"too_many_requests", "Too many requests. Try again after the seconds that Retry-After says.", 429};
    error.retry_after = std::chrono::ceil<std::chrono::seconds>(wait);
    return error;
  }
  [[nodiscard]] static OAuthError invalid_client() {
    return {"invalid_client", "The client is unknown or did not authenticate.", 401};
  }
};

// JSON, not to be stored. A 401 has the challenge that RFC 6749 sec. 5.2 and RFC 9110 sec. 11.6.1 ask for.
[[nodiscard]] http::Response to_response(const OAuthError& error);

// A JSON answer of an OAuth endpoint, not to be stored (RFC 6749 sec. 5.1).
[[nodiscard]] http::Response unstored_json(int status, std::string body);

}  // namespace postern::oauth
