// A log that keeps its lines as text, so that a test can look for what must be there, and for what must never be.
//
//   CHECK(log.contains("token.issued"));
//   CHECK_FALSE(log.contains(canary_secret));
#pragma once

#include <string>
#include <vector>

#include "postern/ports/log.hpp"

namespace postern::testing {

class RecordingLog final : public Log {
 public:
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override;

  // Each as "info token.issued client=1a2b3c4d count=2".
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  [[nodiscard]] bool contains(std::string_view text) const;
  void clear() { lines_.clear(); }

 private:
  std::vector<std::string> lines_;
};

}  // namespace postern::testing
