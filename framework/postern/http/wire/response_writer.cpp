#include "postern/http/wire/response_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <format>

namespace postern::http {

namespace {

constexpr std::array<std::string_view, 7> framing_fields = {"Connection", "Content-Length",    "Date",   "Keep-Alive",
                                                            "Trailer",    "Transfer-Encoding", "Upgrade"};

bool is_framing(std::string_view name) {
  return std::ranges::any_of(framing_fields, [&](std::string_view field) { return equal_ignoring_case(field, name); });
}

// All of it in one step: there are a dozen fields in a response.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  const std::size_t begin = out.size();
  out.resize_and_overwrite(begin + name.size() + value.size() + 4, [=](char* chars, std::size_t size) {
    char* to = std::ranges::copy(name, chars + begin).out;
    to = std::ranges::copy(std::string_view{": "}, to).out;
    to = std::ranges::copy(value, to).out;
    std::ranges::copy(std::string_view{"\r\n"}, to);
    return size;
  });
}

void append_number(std::string& out, std::size_t value, int base) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

BodyFraming framing_of(const Response& response, const HeadOptions& options) {
  const bool bodiless = response.status == 204 || response.status == 304;
  if (bodiless || options.method == Method::head) return BodyFraming::none;
  if (!response.stream) return BodyFraming::whole;
  return options.version == Version::http_1_1 ? BodyFraming::chunked : BodyFraming::until_close;
}

}  // namespace

BodyFraming append_head(std::string& out, const Response& response, const HeadOptions& options) {
  const auto framing = framing_of(response, options);
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status), 10);
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  for (const Header& field : response.headers) {
    if (!is_framing(field.name)) append_field(out, field.name, field.value);
  }
  append_field(out, "Date", options.date);
  // 204 and 304 must not, or need not, say a length (RFC 9110 sec. 8.6); HEAD says what GET would.
  const bool length_known = !response.stream && response.status != 204 && response.status != 304;
  if (length_known) {
    out.append("Content-Length: ");
    append_number(out, response.body.size(), 10);
    out.append("\r\n");
  }
  if (framing == BodyFraming::chunked) append_field(out, "Transfer-Encoding", "chunked");
  if (options.persistence == Persistence::close || framing == BodyFraming::until_close) {
    append_field(out, "Connection", "close");
  } else if (options.version == Version::http_1_0) {
    append_field(out, "Connection", "keep-alive");
  }
  out.append("\r\n");
  return framing;
}

std::string chunk_size_line(std::size_t bytes) {
  std::string line;
  append_number(line, bytes, 16);
  return line.append("\r\n");
}

std::string_view DateLine::at(TimePoint now) {
  if (const auto second = to_unix_seconds(now); second != second_ || text_.empty()) {
    second_ = second;
    text_ = std::format("{:%a, %d %b %Y %H:%M:%S} GMT", std::chrono::floor<std::chrono::seconds>(now));
  }
  return text_;
}

}  // namespace postern::http
