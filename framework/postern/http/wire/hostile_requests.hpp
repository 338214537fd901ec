// Byte strings that must not be served, each with the answer it must get: for the parser's test, and for the listener's
// over a real socket. RFC 9112 unless a row says otherwise; the threats are rows 36 and 38 of the threat table.
#pragma once

#include <string>
#include <vector>

namespace postern::http {

struct HostileRequest {
  std::string name;
  std::string bytes;
  int status;
};

[[nodiscard]] std::vector<HostileRequest> hostile_requests();
[[nodiscard]] std::vector<std::string> valid_requests();  // one or more requests each

}  // namespace postern::http
