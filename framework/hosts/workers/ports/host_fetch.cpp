#include "hosts/workers/ports/host_fetch.hpp"

#include <algorithm>

#include "hosts/workers/operation.hpp"
#include "postern/uri/url.hpp"

namespace postern::workers {
namespace {

// A name below a top-level domain of letters: no address, no "localhost", no name that only a private network knows.
bool is_public_name(std::string_view host) {
  constexpr std::string_view private_suffixes[] = {".localhost", ".local", ".internal",
                                                   ".intranet",  ".lan",   ".home.arpa"};
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || host.starts_with('[')) return false;
  const auto is_letter_or_dash = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return std::ranges::any_of(host.substr(dot + 1), is_letter_or_dash) &&
         std::ranges::none_of(private_suffixes, [&](std::string_view suffix) { return host.ends_with(suffix); });
}

Result<void> check_url(const FetchRequest& request) {
  TRY(const auto url, uri::Url::parse(request.url));
  if (!url.is_web() || url.userinfo())
    return fail(Error::Kind::invalid, "The URL cannot be fetched: it must be http or https, and without a user name.");
  if (request.destination == Destination::public_only && !is_public_name(url.host()))
    return fail(Error::Kind::invalid, "The URL must lead to a public name.");
  const bool plain_to_here = url.is_loopback() && request.destination == Destination::configured;
  if (url.scheme() == "http" && !plain_to_here)
    return fail(Error::Kind::invalid, "Plain http is allowed to this very machine only.");
  return {};
}

}  // namespace

Task<Result<FetchResponse>> HostFetch::fetch(FetchRequest request) {
  if (request.method == http::Method::other) co_return fail(Error::Kind::invalid, "No such HTTP method.");
  CO_TRY(check_url(request));
  RecordWriter record;
  record.text(http::to_string(request.method));
  record.text(request.url);
  record.number(static_cast<double>(request.timeout.count()));
  record.number(static_cast<double>(request.response_bytes_max));
  record.headers(request.headers);
  record.text(request.body);
  const auto answer = co_await Operation{OperationKind::fetch, std::move(record)};
  if (!answer) co_return fail(Error::Kind::unavailable, "There was no answer in time.");
  RecordReader reader{*answer};
  if (reader.flag()) co_return fail(Error::Kind::limited, "The answer is larger than allowed.");
  FetchResponse response;
  response.status = static_cast<int>(reader.number());
  response.headers = reader.headers();
  response.body = reader.text();
  co_return response;
}

}  // namespace postern::workers
