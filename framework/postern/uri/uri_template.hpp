// URI templates (RFC 6570), read backwards: which values were put into this URI?
//
//   TRY(auto orders, UriTemplate::parse("acme://orders/{number}{?verbose}"));
//   auto values = orders.match("acme://orders/A-17?verbose=yes");     // {{"number", "A-17"}, {"verbose", "yes"}}
//
// Of the RFC's expressions those that can be read back without doubt: {name} (one or more characters that are not "/",
// "?" or "#"), {+name} as the last of these (any characters, at least one), and at the end {?name,name} (in any order;
// each may be missing). Others are refused by parse(). Values are percent-decoded, and UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"

namespace postern::uri {

class UriTemplate {
 public:
  using Values = std::vector<std::pair<std::string, std::string>>;  // by variable, in the template's order

  [[nodiscard]] static Result<UriTemplate> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool has_variables() const { return !parts_.empty() || !query_.empty(); }
  [[nodiscard]] std::vector<std::string> variables() const;

  // Nullopt if the URI was not made from this template.
  [[nodiscard]] std::optional<Values> match(std::string_view uri) const;

 private:
  struct Part {
    std::string name;
    bool reserved = false;  // {+name}
    std::string literal;    // what follows it
  };

  [[nodiscard]] bool match_parts(std::string_view rest, Values& values) const;

  std::string text_;
  std::string literal_;  // what comes before the first expression
  std::vector<Part> parts_;
  std::vector<std::string> query_;
};

}  // namespace postern::uri
