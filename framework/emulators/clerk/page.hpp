// The frame around the emulator's HTML: head, look, and the headers that keep it to itself.
//
//   return html_page({.title = "Sign in", .body = html, .form_targets = "http://localhost:8789"});
//
// `body` is HTML: whoever makes it escapes what is foreign.
#pragma once

#include <string>
#include <string_view>

#include "postern/http/message.hpp"

namespace postern::emulator {

struct HtmlPage {
  int status = 200;
  std::string title;
  std::string body;
  std::string form_targets{};        // origins, beside our own, that a form may lead to through redirects
  bool forms_lead_anywhere = false;  // for the way to an OAuth client: nobody knows all its hops
};

[[nodiscard]] http::Response html_page(const HtmlPage& page);
[[nodiscard]] http::Response stylesheet();

}  // namespace postern::emulator
