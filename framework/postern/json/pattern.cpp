#include "postern/json/pattern.hpp"

#include "postern/base/utf8.hpp"

namespace postern::json {

// One text against one pattern: the set of instructions that the automaton may be at, moved on character by character.
class PatternRun {
 public:
  explicit PatternRun(const Pattern& pattern) : pattern_(pattern), seen_(pattern.code_.size() + 1) {}

  bool matches(std::string_view text) {
    bool at_begin = true;
    while (true) {
      ++round_;
      for (const std::size_t waiting : arrived_) follow(waiting, at_begin, text.empty());
      follow(0, at_begin, text.empty());
      if (matched_) return true;
      if (text.empty()) return false;

      const char32_t character = take_code_point(text);
      arrived_.clear();
      for (const std::size_t index : characters_) {
        if (accepts(pattern_.code_[index], character)) arrived_.push_back(index + 1);
      }
      characters_.clear();
      at_begin = false;
    }
  }

 private:
  // Goes from an instruction to all that are reached without reading, each once a round.
  void follow(std::size_t start, bool at_begin, bool at_end) {
    using enum Pattern::Operation;
    pending_.push_back(start);
    while (!pending_.empty()) {
      const std::size_t index = pending_.back();
      pending_.pop_back();
      if (seen_[index] == round_) continue;
      seen_[index] = round_;
      if (index == pattern_.code_.size()) {
        matched_ = true;
        continue;
      }
      const Pattern::Instruction& instruction = pattern_.code_[index];
      const auto target = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(index) + instruction.target);
      switch (instruction.operation) {
        case characters:
          characters_.push_back(index);
          break;
        case split:
          pending_.push_back(target);
          pending_.push_back(index + 1);
          break;
        case jump:
          pending_.push_back(target);
          break;
        case text_begin:
          if (at_begin) pending_.push_back(index + 1);
          break;
        case text_end:
          if (at_end) pending_.push_back(index + 1);
          break;
      }
    }
  }

  [[nodiscard]] bool accepts(const Pattern::Instruction& instruction, char32_t character) const {
    for (std::size_t i = 0; i < instruction.interval_count; ++i) {
      const Pattern::Interval& interval = pattern_.intervals_[instruction.interval + i];
      if (interval.first <= character && character <= interval.last) return !instruction.negated;
    }
    return instruction.negated;
  }

  const Pattern& pattern_;
  std::vector<std::size_t> seen_;  // the round in which an instruction was reached last
  std::vector<std::size_t> arrived_;
  std::vector<std::size_t> characters_;
  std::vector<std::size_t> pending_;
  std::size_t round_ = 0;
  bool matched_ = false;
};

bool Pattern::matches(std::string_view text) const {
  return text.size() <= text_bytes_max && PatternRun{*this}.matches(text);
}

}  // namespace postern::json
