// How pattern.hpp reads a pattern, in the order of the grammar. Included by it, for the sake of compile time.
#pragma once

#include "postern/base/utf8.hpp"
#include "postern/json/pattern.hpp"

namespace postern::json {

// a|b|c: split to a or past it; after a, jump to the end.
constexpr void PatternCompiler::read_alternatives() {
  if (++depth_ > Pattern::depth_max) return fail();
  std::vector<std::size_t> jumps;
  while (true) {
    const std::size_t branch = size();
    read_sequence();
    if (!take("|")) break;
    insert(branch, {.operation = Operation::split, .target = distance(branch, size() + 2)});
    jumps.push_back(size());
    emit({.operation = Operation::jump});
  }
  --depth_;
  if (failed_) return;
  for (const std::size_t jump : jumps) pattern_.code_[jump].target = distance(jump, size());
}

constexpr void PatternCompiler::read_sequence() {
  while (!failed_ && !rest_.empty() && !at('|') && !at(')')) {
    const std::size_t atom = size();
    if (take("^")) {
      emit({.operation = Operation::text_begin});
    } else if (take("$")) {
      emit({.operation = Operation::text_end});
    } else {
      read_atom();
      read_quantifier(atom);
    }
  }
}

constexpr void PatternCompiler::read_atom() {
  const std::size_t first_interval = pattern_.intervals_.size();
  if (take("(")) return read_group();
  if (take("[")) return read_class();
  if (take(".")) {  // all but ECMA-262's line terminators
    add('\n', '\n');
    add('\r', '\r');
    add(0x2028, 0x2029);
    return emit_characters(first_interval, true);
  }
  if (take("\\")) {
    if (!rest_.empty() && add_named_class(rest_.front())) {
      rest_.remove_prefix(1);
    } else {
      const char32_t character = read_escaped_character();
      add(character, character);
    }
    return emit_characters(first_interval, false);
  }
  if (at('*') || at('+') || at('?') || at('{') || at('}') || at(']')) return fail();
  const char32_t character = take_code_point(rest_);
  add(character, character);
  emit_characters(first_interval, false);
}

constexpr void PatternCompiler::read_group() {
  if (!take("?:") && at('?')) return fail();
  read_alternatives();
  if (!take(")")) fail();
}

constexpr void PatternCompiler::read_quantifier(std::size_t atom) {
  if (take("?")) {
    repeat(atom, 0, 1);
  } else if (take("*")) {
    repeat(atom, 0, unbounded);
  } else if (take("+")) {
    repeat(atom, 1, unbounded);
  } else if (take("{")) {
    const std::size_t least = read_count();
    std::size_t most = least;
    if (take(",")) most = at('}') ? unbounded : read_count();
    if (!take("}") || least > most) return fail();
    repeat(atom, least, most);
  } else {
    return;
  }
  if (at('?') || at('*') || at('+') || at('{')) fail();
}

constexpr std::size_t PatternCompiler::read_count() {
  std::size_t count = 0;
  if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') fail();
  while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
    count = count * 10 + static_cast<std::size_t>(rest_.front() - '0');
    rest_.remove_prefix(1);
    if (count > Pattern::repetitions_max) fail();
  }
  return count;
}

// The atom is the code from `atom` to the end. It is taken off and put back as often as needed.
constexpr void PatternCompiler::repeat(std::size_t atom, std::size_t least, std::size_t most) {
  if (failed_) return;
  const auto begin = pattern_.code_.begin() + static_cast<std::ptrdiff_t>(atom);
  const std::vector<Instruction> body(begin, pattern_.code_.end());
  pattern_.code_.erase(begin, pattern_.code_.end());
  if (body.empty()) return;

  auto emit_body = [&] {
    for (const Instruction& instruction : body) emit(instruction);
  };
  const auto length = static_cast<std::int32_t>(body.size());
  for (std::size_t i = 0; i < least && !failed_; ++i) emit_body();
  if (most == unbounded) {  // split past the loop, body, back to the split
    emit({.operation = Operation::split, .target = length + 2});
    emit_body();
    emit({.operation = Operation::jump, .target = -length - 1});
    return;
  }
  for (std::size_t i = least; i < most && !failed_;
       ++i) {  // split past this one body; then the rest is skipped as well
    emit({.operation = Operation::split, .target = length + 1});
    emit_body();
  }
}

constexpr void PatternCompiler::read_class() {
  const std::size_t first_interval = pattern_.intervals_.size();
  const bool negated = take("^");
  while (!failed_ && !rest_.empty() && !at(']')) {
    std::optional<char32_t> first;
    read_class_atom(first);
    const bool is_interval = rest_.starts_with('-') && rest_.size() > 1 && rest_[1] != ']';
    if (!is_interval) {
      if (first) add(*first, *first);
      continue;
    }
    rest_.remove_prefix(1);
    std::optional<char32_t> last;
    read_class_atom(last);
    if (!first || !last || *first > *last) return fail();
    add(*first, *last);
  }
  if (!take("]")) return fail();
  emit_characters(first_interval, negated);
}

// One character goes to `single`; a class like \d is added at once.
constexpr void PatternCompiler::read_class_atom(std::optional<char32_t>& single) {
  if (!take("\\")) {
    if (at('[')) return fail();  // almost always a mistake, and other dialects read it otherwise
    single = take_code_point(rest_);
  } else if (take("-")) {
    single = U'-';
  } else if (!rest_.empty() && add_named_class(rest_.front())) {
    rest_.remove_prefix(1);
  } else {
    single = read_escaped_character();
  }
}

constexpr bool PatternCompiler::add_named_class(char name) {
  switch (name) {
    case 'd':
      add('0', '9');
      return true;
    case 'D':
      add(0, '0' - 1);
      add('9' + 1, last_code_point);
      return true;
    case 'w':
      add('0', '9');
      add('A', 'Z');
      add('_', '_');
      add('a', 'z');
      return true;
    case 'W':
      add(0, '0' - 1);
      add('9' + 1, 'A' - 1);
      add('Z' + 1, '_' - 1);
      add('`', '`');
      add('z' + 1, last_code_point);
      return true;
    case 's':
      add('\t', '\r');
      add(' ', ' ');
      return true;
    case 'S':
      add(0, '\t' - 1);
      add('\r' + 1, ' ' - 1);
      add(' ' + 1, last_code_point);
      return true;
    default:
      return false;
  }
}

constexpr char32_t PatternCompiler::read_escaped_character() {
  if (rest_.empty()) {
    fail();
    return 0;
  }
  const char32_t character = take_code_point(rest_);
  switch (character) {
    case U'n':
      return U'\n';
    case U'r':
      return U'\r';
    case U't':
      return U'\t';
    case U'f':
      return U'\f';
    case U'v':
      return U'\v';
    case U'u':
      return read_hex4();
    default: {
      const bool is_punctuation = (character >= '!' && character <= '/') || (character >= ':' && character <= '@') ||
                                  (character >= '[' && character <= '`' && character != '_') ||
                                  (character >= '{' && character <= '~');
      if (!is_punctuation) fail();
      return character;
    }
  }
}

constexpr char32_t PatternCompiler::read_hex4() {
  char32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = rest_.empty() ? '\0' : rest_.front();
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) {
      fail();
      return 0;
    }
    value = value * 16 + static_cast<char32_t>(digit);
    rest_.remove_prefix(1);
  }
  return value;
}

}  // namespace postern::json
