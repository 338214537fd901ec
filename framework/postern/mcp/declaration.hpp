// What everything that an App offers has in common: a name, words for people, and who may use it. And the builder that
// says it:
//
//   app.tool("cancel_order", "Cancel an order.", cancel_order).title("Cancel").needs_scope("orders:write");
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace postern::mcp {

struct Declaration {
  std::string name;
  std::string description;
  std::string title{};                // for people; empty: the name
  bool open_to_anyone = false;        // or else to those who are signed in
  std::vector<std::string> scopes{};  // all of them are needed
};

// Says more about what was just declared. Of use only in the statement that declares it.
template <class Declared>
class Builder {
 public:
  explicit Builder(Declared& declared) : declared_(declared) {}

  auto&& title(this auto&& self, std::string title) {
    self.declared_.title = std::move(title);
    return self;
  }
  // May be used by those who were granted this scope. It must be one of the app's.
  auto&& needs_scope(this auto&& self, std::string scope) {
    self.declared_.scopes.push_back(std::move(scope));
    return self;
  }

 protected:
  Declared& declared_;
};

}  // namespace postern::mcp
