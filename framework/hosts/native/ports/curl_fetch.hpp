// The Fetch port over libcurl, on one Asio loop.
//
//   std::unique_ptr<Fetch> fetch = make_curl_fetch(io_context, {});
//
// Connections are kept and used again, but never between a stranger's destination and anything else: such a request
// gets a connection of its own, because the address check is made when one is opened. At most 64 connections a host and
// 256 in all; further requests wait, within their time-out. Outlives its requests; dies before its loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "postern/ports/fetch.hpp"

namespace postern::native {

enum class PlainHttp { to_loopback, to_any };

struct CurlFetchOptions {
  PlainHttp plain_http = PlainHttp::to_loopback;
  std::string certificate_authorities;  // a PEM file; empty: the system's
};

[[nodiscard]] std::unique_ptr<Fetch> make_curl_fetch(boost::asio::io_context& loop, CurlFetchOptions options);

}  // namespace postern::native
