// Regular expressions whose matching takes linear time, whatever the text: a Thompson automaton, never backtracking.
//
//   auto code = Pattern::compile("^[A-Z]{2}-\\d+$");     // nullopt if not understood; works at compile time as well
//   code->matches("AB-17")                               // true
//
// The subset of ECMA-262 that JSON Schema recommends (core, sec. 6.4) and a little more, over code points: characters,
// `.`, classes like [^a-z_\d], escapes \d \D \w \W \s \S \n \r \t \f \v \uXXXX and of any ASCII punctuation, groups ( )
// and (?: ), alternation |, quantifiers ? * + {m} {m,} {m,n}, and the anchors ^ and $. Lazy quantifiers, references
// back, looking around, \b and \p are not understood. \s is ASCII's white space. A match may be anywhere, unless
// anchored.
//
// Limits: 1000 instructions, repetitions to 255, groups 16 deep. A text of more than 16 KiB does not match.
// Immutable; share it freely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::json {

class Pattern {
 public:
  [[nodiscard]] static constexpr std::optional<Pattern> compile(std::string_view source);
  [[nodiscard]] bool matches(std::string_view text) const;

  static constexpr std::size_t instructions_max = 1'000;
  static constexpr std::size_t repetitions_max = 255;
  static constexpr std::size_t depth_max = 16;
  static constexpr std::size_t text_bytes_max = 16 * 1024;

 private:
  friend class PatternCompiler;
  friend class PatternRun;

  struct Interval {
    char32_t first;
    char32_t last;
  };
  enum class Operation : std::uint8_t { characters, split, jump, text_begin, text_end };
  // Targets are relative, so code can be moved and copied as it is. The end of the code is the match.
  struct Instruction {
    Operation operation;
    bool negated = false;        // characters: all but the intervals
    std::int32_t target = 0;     // jump; split: one way, the other is the next instruction
    std::uint32_t interval = 0;  // characters: the first of them, in intervals_
    std::uint32_t interval_count = 0;
  };

  std::vector<Instruction> code_;
  std::vector<Interval> intervals_;
};

// Reads the source from left to right, once, and emits code. After a failure nothing more is read.
class PatternCompiler {
 public:
  constexpr explicit PatternCompiler(std::string_view source) : rest_(source) {}

  constexpr std::optional<Pattern> run() {
    read_alternatives();
    if (failed_ || !rest_.empty()) return std::nullopt;
    return std::move(pattern_);
  }

 private:
  using Operation = Pattern::Operation;
  using Instruction = Pattern::Instruction;
  using Interval = Pattern::Interval;
  static constexpr char32_t last_code_point = 0x10FFFF;
  static constexpr std::size_t unbounded = Pattern::repetitions_max + 1;

  constexpr void read_alternatives();
  constexpr void read_sequence();
  constexpr void read_atom();
  constexpr void read_group();
  constexpr void read_quantifier(std::size_t atom);
  constexpr void read_class();
  constexpr void read_class_atom(std::optional<char32_t>& single);
  constexpr char32_t read_escaped_character();
  constexpr char32_t read_hex4();
  constexpr std::size_t read_count();
  constexpr void repeat(std::size_t atom, std::size_t least, std::size_t most);

  constexpr bool at(char c) const { return !failed_ && rest_.starts_with(c); }
  constexpr bool take(std::string_view text) {
    if (failed_ || !rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  constexpr void fail() {
    failed_ = true;
    rest_ = {};
  }

  constexpr std::size_t size() const { return pattern_.code_.size(); }
  constexpr void emit(Instruction instruction) { insert(size(), instruction); }
  constexpr void insert(std::size_t index, Instruction instruction) {
    if (size() == Pattern::instructions_max) return fail();
    pattern_.code_.insert(pattern_.code_.begin() + static_cast<std::ptrdiff_t>(index), instruction);
  }
  constexpr void emit_characters(std::size_t first_interval, bool negated) {
    emit({.operation = Operation::characters,
          .negated = negated,
          .interval = static_cast<std::uint32_t>(first_interval),
          .interval_count = static_cast<std::uint32_t>(pattern_.intervals_.size() - first_interval)});
  }
  constexpr void add(char32_t first, char32_t last) {
    if (pattern_.intervals_.size() == Pattern::instructions_max) return fail();
    pattern_.intervals_.push_back({first, last});
  }
  constexpr bool add_named_class(char name);

  static constexpr std::int32_t distance(std::size_t from, std::size_t to) {
    return static_cast<std::int32_t>(to) - static_cast<std::int32_t>(from);
  }

  std::string_view rest_;
  Pattern pattern_;
  std::size_t depth_ = 0;
  bool failed_ = false;
};

constexpr std::optional<Pattern> Pattern::compile(std::string_view source) { return PatternCompiler{source}.run(); }

}  // namespace postern::json

#include "postern/json/pattern_compiler.hpp"  // the constexpr functions declared above
