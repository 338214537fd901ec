// What a log line is made of on every host: the members of its JSON object.
//
//   std::string line = R"({"level":"info",)";
//   append_log_fields(line, "token.issued", {{"client", "1a2b3c4d"}});    // "event":"token.issued","client":"1a2b3c4d"
//
// Control characters are escaped and bytes that are no UTF-8 replaced, so the line is one line and valid JSON whatever
// it was given; a text is cut after 2 KiB.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "postern/ports/log.hpp"

namespace postern {

void append_log_fields(std::string& line, std::string_view event, std::initializer_list<LogField> fields);

}  // namespace postern
