#include "postern/http/message.hpp"

#include <algorithm>
#include <array>

namespace postern::http {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> methods{{{Method::get, "GET"},
                                                                      {Method::head, "HEAD"},
                                                                      {Method::post, "POST"},
                                                                      {Method::put, "PUT"},
                                                                      {Method::patch, "PATCH"},
                                                                      {Method::delete_, "DELETE"},
                                                                      {Method::options, "OPTIONS"}}};

// The statuses that we send or meet; names are those of the IANA registry.
constexpr std::array<std::pair<int, std::string_view>, 31> phrases{{{100, "Continue"},
                                                                    {200, "OK"},
                                                                    {201, "Created"},
                                                                    {202, "Accepted"},
                                                                    {204, "No Content"},
                                                                    {206, "Partial Content"},
                                                                    {301, "Moved Permanently"},
                                                                    {302, "Found"},
                                                                    {303, "See Other"},
                                                                    {304, "Not Modified"},
                                                                    {307, "Temporary Redirect"},
                                                                    {308, "Permanent Redirect"},
                                                                    {400, "Bad Request"},
                                                                    {401, "Unauthorized"},
                                                                    {403, "Forbidden"},
                                                                    {404, "Not Found"},
                                                                    {405, "Method Not Allowed"},
                                                                    {406, "Not Acceptable"},
                                                                    {408, "Request Timeout"},
                                                                    {409, "Conflict"},
                                                                    {411, "Length Required"},
                                                                    {413, "Content Too Large"},
                                                                    {414, "URI Too Long"},
                                                                    {415, "Unsupported Media Type"},
                                                                    {417, "Expectation Failed"},
                                                                    {422, "Unprocessable Content"},
                                                                    {429, "Too Many Requests"},
                                                                    {431, "Request Header Fields Too Large"},
                                                                    {500, "Internal Server Error"},
                                                                    {501, "Not Implemented"},
                                                                    {503, "Service Unavailable"}}};

Response with_type(int status, std::string_view type, std::string body) {
  return Response{.status = status, .headers = {{"Content-Type", type}}, .body = std::move(body)};
}

}  // namespace

Method parse_method(std::string_view token) {
  const auto found = std::ranges::find(methods, token, &std::pair<Method, std::string_view>::second);
  return found == methods.end() ? Method::other : found->first;
}

std::string_view to_string(Method method) {
  const auto found = std::ranges::find(methods, method, &std::pair<Method, std::string_view>::first);
  return found == methods.end() ? "other" : found->second;
}

std::string_view reason_phrase(int status) {
  const auto found = std::ranges::find(phrases, status, &std::pair<int, std::string_view>::first);
  return found == phrases.end() ? "" : found->second;
}

std::string_view Request::path() const { return std::string_view{target}.substr(0, target.find('?')); }

std::string_view Request::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view{} : std::string_view{target}.substr(mark + 1);
}

Response Response::text(int status, std::string body) {
  return with_type(status, "text/plain; charset=utf-8", std::move(body));
}

Response Response::html(int status, std::string body) {
  return with_type(status, "text/html; charset=utf-8", std::move(body));
}

Response Response::json(int status, std::string body) { return with_type(status, "application/json", std::move(body)); }

Response Response::redirect(int status, std::string_view location) {
  Response response = empty(status);
  if (!response.headers.add("Location", location)) return empty(500);
  return response;
}

}  // namespace postern::http
