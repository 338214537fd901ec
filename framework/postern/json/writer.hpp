// JSON written as text, piece by piece, where building a Value first would only be a detour.
//
//   std::string out;
//   ObjectWriter object{out};
//   append(object.member("type"), "text");
//   append(object.member("size"), std::int64_t{3});
//   object.end();                                       // {"type":"text","size":3}
//
// Strings are to be UTF-8 and are not checked. A number that is not finite becomes null: JSON has no word for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::json {

void append(std::string& out, std::string_view text);
void append(std::string& out, std::int64_t number);
void append(std::string& out, std::uint64_t number);
void append(std::string& out, double number);

class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) {}

  // Begins the next member. Its value is what is appended to the result, once.
  std::string& member(std::string_view name) {
    out_ += separator_;
    separator_ = ',';
    append(out_, name);
    out_ += ':';
    return out_;
  }
  void end() { out_ += separator_ == '{' ? "{}" : "}"; }

 private:
  std::string& out_;
  char separator_ = '{';
};

}  // namespace postern::json
