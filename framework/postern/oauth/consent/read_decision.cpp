#include <utility>

#include "postern/http/media_type.hpp"
#include "postern/oauth/consent/consent.hpp"
#include "postern/oauth/credentials.hpp"

namespace postern::oauth {

bool is_handle(std::string_view text) { return is_base64url_of(32, text); }

std::optional<Decided> read_decision(const Settings& settings, const http::Request& request) {
  if (!is_same_origin(settings, request) || request.body.size() > limits::oauth_body_bytes_max ||
      !http::has_content_type(request.headers, "application/x-www-form-urlencoded"))
    return std::nullopt;
  auto form = uri::Form::parse(request.body);
  if (!form) return std::nullopt;
  const std::string* handle = form->find_only("handle");
  const std::string* decision = form->find_only("decision");
  if (!handle || !is_handle(*handle) || !decision) return std::nullopt;
  const bool approved = *decision == "approve";
  if (!approved && *decision != "deny") return std::nullopt;
  return Decided{.handle = *handle,
                 .button = approved ? Decided::Button::approve : Decided::Button::deny,
                 .form = *std::move(form)};
}

http::Response refuse_decision(const Context& context) {
  return context.pages.problem(400, "This page has been used or is too old",
                               "If your assistant is not connected, start again from there.");
}

}  // namespace postern::oauth
