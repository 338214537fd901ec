// A conversation word for word, as the *.txt here have them. The format, and what is the same as what, are told in
// README.md; ../harness/transcript.mjs does the same in JavaScript.
//
//   for (const Exchange& exchange : read_transcript("tests/transcripts/batch.txt")) ...
//
//   Names names{{"token", token}};
//   auto matched = match_json(*json::parse(expected), *json::parse(actual), names);     // the error: what differs
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/json/value.hpp"

namespace postern::transcripts {

struct Message {
  std::string first;  // "POST /mcp", or "200"
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
// Where a stream is read on, nothing is sent.
struct Exchange {
  int line = 0;
  Message sent;
  Message expected;
};
[[nodiscard]] std::vector<Exchange> read_transcript(const std::string& file);

// The messages of a body, and whether more of them will come.
struct Messages {
  std::vector<std::string> texts;
  bool goes_on = false;
};
[[nodiscard]] Messages messages_of(std::string_view body);

// What the names stand for, as far as they are known.
using Names = json::Object;

[[nodiscard]] std::string fill(std::string_view text, const Names& names);

using Match = Result<void, std::string>;
[[nodiscard]] Match match_text(std::string_view expected, std::string_view actual, Names& names);
[[nodiscard]] Match match_json(const json::Value& expected, const json::Value& actual, Names& names,
                               const std::string& where = "$");

}  // namespace postern::transcripts
