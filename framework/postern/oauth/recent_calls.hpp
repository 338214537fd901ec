// The calls that assistants made lately: what the connections page tells their user. Known to whoever keeps the audit
// log (audit::RecentCalls); null where nobody does.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"

namespace postern::oauth {

struct RecentCall {
  TimePoint at;
  std::string method;   // "tools/call"
  std::string name;     // of the tool or the prompt, or the resource's URI
  std::string title;    // the same for people
  std::string outcome;  // docs/audit.md
  std::int64_t calls = 1;
};

// By grant id, the latest first.
using CallsByConnection = std::map<std::string, std::vector<RecentCall>, std::less<>>;

class RecentCalls {
 public:
  static constexpr std::size_t calls_max = 5;  // of each connection

  virtual ~RecentCalls() = default;
  virtual Task<Result<CallsByConnection>> find_by_account(std::string account) = 0;
};

}  // namespace postern::oauth
