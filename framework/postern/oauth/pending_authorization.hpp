// An authorization request that passed every check and waits for a person: on the consent page (consent/<handle>), then
// at the sign-in (sign_in/<state>). All that is needed to go on is here, so nothing is ever read back from a form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/browser_cookie.hpp"
#include "postern/oauth/context.hpp"

namespace postern::oauth {

// What the request rests on: whether, and how, somebody has agreed to it.
enum class Approval {
  asked,             // on the consent page, or not yet
  to_be_remembered,  // on the consent page, and the same is not to be asked again
  remembered,        // before (remembered_consent.hpp); whether by the one who signs in will be seen
};

// One without a client is a visit: a person signs in to see our own pages (connections/).
struct PendingAuthorization {
  std::string client_id;
  std::string client_name;
  std::string redirect_uri;
  std::string state;  // the client's; empty if it sent none
  std::string code_challenge;
  std::string resource;
  std::vector<std::string> scopes;

  Approval approval = Approval::asked;
  std::string browser_hash;  // SHA-256 of the cookie of the one browser that may go on
  TimePoint started_at;

  [[nodiscard]] bool is_visit() const { return client_id.empty(); }
  // An https address is its owner's alone. Behind any other there may be whatever program runs on the device, so each
  // time a person must look (RFC 8252 sec. 8.6).
  [[nodiscard]] bool can_be_remembered() const { return redirect_uri.starts_with("https://"); }
  [[nodiscard]] static Result<PendingAuthorization> from_record(std::string_view record);
  [[nodiscard]] std::string to_record() const;
};

// The request under this key, used up from now on, if the browser is the one it belongs to; another browser's attempt
// leaves it as it is. Of many attempts at once one gets it. Context and request live until the task ends.
Task<Result<std::optional<PendingAuthorization>>> take_pending(Context& context, const http::Request& request,
                                                               BrowserCookie cookie, std::string key);

}  // namespace postern::oauth
