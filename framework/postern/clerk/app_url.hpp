// APP_URL: where the user's own app lives. An origin and nothing more, so that "below it" leaves no room for doubt.
//
//   TRY(auto app, AppUrl::parse("https://app.example.com"));
//   app.origin();                            // also the `azp` of the tokens that the app's pages get
//   TRY(auto url, app.resolve("/api/orders?q=x"));
//
// Plain http is for loopback only.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "postern/base/result.hpp"

namespace postern::clerk {

class AppUrl {
 public:
  [[nodiscard]] static Result<AppUrl> parse(std::string_view text);

  [[nodiscard]] const std::string& origin() const { return origin_; }  // no slash at the end
  // The address of `path`, which is encoded and starts with '/'. Refuses whatever would lead, or climb, elsewhere.
  [[nodiscard]] Result<std::string> resolve(std::string_view path) const;

 private:
  explicit AppUrl(std::string origin) : origin_(std::move(origin)) {}

  std::string origin_;
};

}  // namespace postern::clerk
