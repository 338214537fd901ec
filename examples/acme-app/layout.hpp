// The frame around the shop's pages: head, navigation, look, and headers.
//
//   return page({.title = "Your orders", .body = html, .signed_in_as = "Ada Lovelace"});
//
// `body` is HTML: whoever makes it escapes what is foreign.
#pragma once

#include <string>
#include <string_view>

#include "postern/http/message.hpp"

namespace acme {

struct Page {
  int status = 200;
  std::string title;
  std::string body;
  std::string signed_in_as{};  // a name; empty: nobody
};

[[nodiscard]] postern::http::Response page(const Page& page);
[[nodiscard]] postern::http::Response stylesheet();

}  // namespace acme
