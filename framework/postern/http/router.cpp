#include "postern/http/router.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "postern/base/ensure.hpp"
#include "postern/base/utf8.hpp"
#include "postern/uri/characters.hpp"
#include "postern/uri/percent.hpp"

namespace postern::http {
namespace {

// "/a/b" has the segments "a" and "b", "/" has one that is empty, "/a/" ends with one. Requires a leading slash.
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  do {
    path.remove_prefix(1);
    segments.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(segments.back().size());
  } while (!path.empty());
  return segments;
}

// Whether every server and proxy on the way reads the segment alike. ';' is legal in a path, but some cut the segment
// there; an encoded slash, backslash or dot segment is decoded by some before they match.
bool is_plain_segment(std::string_view segment) {
  for (char c : segment) {
    if (c != '%' && (!uri::is_path_character(c) || c == ';')) return false;
  }
  const auto decoded = uri::percent_decode(segment);
  if (!decoded || !is_utf8(*decoded) || *decoded == "." || *decoded == "..") return false;
  return std::ranges::none_of(
      *decoded, [](char c) { return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// The segments of a path, or nullopt if it is not plain. Only the last segment may be empty.
std::optional<std::vector<std::string_view>> split_plain(std::string_view path) {
  if (!path.starts_with('/') || path.contains("//")) return std::nullopt;
  auto segments = split(path);
  if (!std::ranges::all_of(segments, is_plain_segment)) return std::nullopt;
  return segments;
}

Response method_not_allowed(const std::vector<Method>& allowed) {
  Response response = Response::text(405, "Method not allowed\n");
  std::string list;
  const auto append = [&list](std::string_view name) {
    if (!list.empty()) list += ", ";
    list += name;
  };
  for (Method method : allowed) {
    append(to_string(method));
    if (method == Method::get && !std::ranges::contains(allowed, Method::head)) append("HEAD");
  }
  response.headers.set("Allow", list);
  return response;
}

}  // namespace

std::string_view PathParameters::get(std::string_view name) const {
  const auto found = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
  ensure(found != values_.end());
  return found->second;
}

bool Router::Route::matches(const std::vector<std::string_view>& path) const {
  return std::ranges::equal(segments, path, [](const Segment& segment, std::string_view text) {
    return segment.is_parameter ? !text.empty() : segment.text == text;
  });
}

void Router::add(Method method, std::string_view pattern, Endpoint endpoint) {
  ensure(pattern.starts_with('/') && !pattern.contains("//"));
  ensure(endpoint != nullptr);
  Route route{.method = method, .segments = {}, .literal = std::string{pattern}, .endpoint = std::move(endpoint)};
  for (std::string_view text : split(pattern)) {
    const bool is_parameter = text.starts_with('{') && text.ends_with('}');
    if (is_parameter) text = text.substr(1, text.size() - 2);
    ensure(is_parameter ? !text.empty() && text.find_first_of("{}") == std::string_view::npos : is_plain_segment(text));
    if (is_parameter) route.literal.clear();
    route.segments.push_back(Segment{.text = std::string{text}, .is_parameter = is_parameter});
  }
  const auto same = [&](const Route& other) { return other.method == method && other.segments == route.segments; };
  ensure(std::ranges::none_of(routes_, same));

  const auto literals_first = [](const Route& a, const Route& b) {
    return std::ranges::lexicographical_compare(a.segments, b.segments, {}, &Segment::is_parameter,
                                                &Segment::is_parameter);
  };
  routes_.insert(std::ranges::upper_bound(routes_, route, literals_first), std::move(route));
}

// A path without parameters has one spelling, so where it is met nothing needs to be taken apart.
Task<Response> Router::handle(Request& request) const {
  static const PathParameters none;
  const std::string_view path = request.path();
  for (const Route& route : routes_) {
    if (route.method == request.method && route.literal == path && !path.empty()) return route.endpoint(request, none);
  }
  return match(request);
}

Task<Response> Router::match(Request& request) const {
  const auto path = split_plain(request.path());
  if (!path) co_return Response::text(400, "The path is malformed\n");

  const Route* chosen = nullptr;
  std::vector<Method> allowed;
  for (const Route& route : routes_) {
    if (!route.matches(*path)) continue;
    if (!std::ranges::contains(allowed, route.method)) allowed.push_back(route.method);
    const bool exact = route.method == request.method;
    const bool stands_in = route.method == Method::get && request.method == Method::head;
    if (chosen == nullptr ? exact || stands_in : exact && chosen->method != request.method) chosen = &route;
  }
  if (allowed.empty()) co_return Response::text(404, "Not found\n");
  if (chosen == nullptr) co_return method_not_allowed(allowed);

  PathParameters parameters;
  for (std::size_t i = 0; i < path->size(); ++i) {
    const Segment& segment = chosen->segments[i];
    if (segment.is_parameter) parameters.values_.emplace_back(segment.text, *uri::percent_decode((*path)[i]));
  }
  co_return co_await chosen->endpoint(request, parameters);
}

bool Router::knows(std::string_view path) const {
  const auto segments = split_plain(path);
  return segments && std::ranges::any_of(routes_, [&](const Route& route) { return route.matches(*segments); });
}

}  // namespace postern::http
