// libFuzzer: the first byte says where the rest is cut. Whatever the bytes are, both readings must agree.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/ensure.hpp"
#include "postern/http/wire/request_parser.hpp"

namespace {

using postern::http::RequestParser;

struct Reading {
  std::vector<std::string> requests;
  int status = 0;
  bool operator==(const Reading&) const = default;
};

// False once the connection was refused.
bool read(RequestParser& parser, std::string_view bytes, Reading& reading) {
  while (true) {
    const auto progress = parser.feed(bytes);
    if (progress == RequestParser::Progress::need_more) return true;
    if (progress == RequestParser::Progress::failed) {
      reading.status = parser.refusal().status;
      return false;
    }
    auto request = parser.take();
    ensure(request.body.size() <= postern::limits::body_bytes_max);
    ensure(request.headers.size() <= postern::limits::header_fields_max);
    ensure(request.target.starts_with('/'));
    reading.requests.push_back(request.target + "\n" + request.body);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes{data + 1, data + size};
  const std::string_view view{bytes};
  const auto cut = bytes.size() * data[0] / 255;

  Reading whole;
  Reading pieces;
  RequestParser first;
  RequestParser second;
  (void)read(first, view, whole);
  if (read(second, view.substr(0, cut), pieces)) (void)read(second, view.substr(cut), pieces);
  ensure(whole == pieces);
  return 0;
}
