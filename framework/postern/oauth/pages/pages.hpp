// The few pages that people see: the consent page, the choice of an organization, the connections page, and what went
// wrong. No script, no image, no foreign byte; the one style sheet is let in by its hash.
//
//   return context.pages.show(400, "This link is stale", "<p>Start again from your assistant.</p>");
//
// Headers: threat 13. There is no `form-action` in the policy: browsers apply it to the redirects after the form as
// well, which lead to the app, its identity provider and at last the client, none of which we can list.
#pragma once

#include <string>
#include <string_view>

#include "postern/base/time.hpp"
#include "postern/http/message.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::oauth {

class Pages {
 public:
  explicit Pages(Crypto& crypto);

  // `title` is plain text, `content` is HTML whose every foreign part has been escaped.
  [[nodiscard]] http::Response show(int status, std::string_view title, std::string_view content) const;
  // What went wrong and what to do, both plain text.
  [[nodiscard]] http::Response problem(int status, std::string_view title, std::string_view advice) const;
  // The store or the sign-in does not answer.
  [[nodiscard]] http::Response unavailable() const {
    return problem(503, "Not just now",
                   "Something we depend on is not answering. Start again from your assistant in a minute.");
  }
  [[nodiscard]] http::Response too_often(Duration wait) const;

 private:
  std::string content_security_policy_;
};

}  // namespace postern::oauth
