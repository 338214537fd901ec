// How often somebody may come who is known by more than an address: implemented by server::RateLimits, which says how
// often that is. What is counted is good: nobody uses up what another one may do by taking their name.
#pragma once

#include <string_view>

#include "postern/base/time.hpp"
#include "postern/http/message.hpp"

namespace postern::oauth {

class Throttle {
 public:
  virtual ~Throttle() = default;
  // This client is about to get something in the user's name; or, if it is empty, the user to see a page. Zero: they
  // may, and it counts; otherwise how long until they may.
  [[nodiscard]] virtual Duration take(std::string_view user_id, std::string_view client_id, TimePoint now) = 0;
  // How long until this address may show a secret of this client's again; and one more that was wrong.
  [[nodiscard]] virtual Duration wait_after_wrong_secrets(const http::Request& request, std::string_view client_id,
                                                          TimePoint now) const = 0;
  virtual void count_wrong_secret(const http::Request& request, std::string_view client_id, TimePoint now) = 0;
};

}  // namespace postern::oauth
