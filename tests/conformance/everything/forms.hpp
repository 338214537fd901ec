// What several of the tools ask the user to fill in, and what they say of it.
#pragma once

#include <string>
#include <string_view>

#include "tests/conformance/everything/everything.hpp"

namespace everything {

struct Named {
  std::string name;
};
struct Confirmed {
  bool ok = false;
  static constexpr auto schema = mcp::fields(mcp::field<&Confirmed::ok>("Whether to go on", mcp::required));
};
struct Colored {
  std::string color;
};

// What a tool tells of an answer, for the scenarios to read.
inline std::string tell(const mcp::Answer<json::Object>& answer) {
  constexpr std::string_view actions[] = {"accept", "decline", "cancel"};
  return "action=" + std::string{actions[static_cast<int>(answer.action)]} +
         ", content=" + json::serialize(answer ? *answer : json::Object{});
}

}  // namespace everything
