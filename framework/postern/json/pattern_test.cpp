#include "postern/json/pattern.hpp"

#include <doctest/doctest.h>

#include <string>

using postern::json::Pattern;

// It compiles at compile time as well; this is what json::pattern relies on.
static_assert(Pattern::compile("^(a|b)*[^c-e]{2,3}\\d$").has_value());
static_assert(!Pattern::compile("(a").has_value());

TEST_CASE("a pattern finds what ECMA-262 says it does") {
  const struct {
    const char* pattern;
    std::string_view text;
    bool found;
  } rows[] = {
      {"", "", true},
      {"", "abc", true},
      {"b", "abc", true},
      {"d", "abc", false},
      {"^b", "abc", false},
      {"^a", "abc", true},
      {"b$", "abc", false},
      {"c$", "abc", true},
      {"^$", "", true},
      {"^$", "a", false},
      {"^abc$", "abc", true},
      {"^abc$", "abc\n", false},
      {"a^b", "ab", false},
      {"^^a$$", "a", true},
      {"^a?$", "", true},
      {"^a?$", "aa", false},
      {"^a*$", "aaaa", true},
      {"^a+$", "", false},
      {"^a+$", "aaa", true},
      {"^a{2}$", "aa", true},
      {"^a{2}$", "aaa", false},
      {"^a{2,}$", "a", false},
      {"^a{2,}$", "aaaaa", true},
      {"^a{1,3}$", "", false},
      {"^a{1,3}$", "aaa", true},
      {"^a{1,3}$", "aaaa", false},
      {"^a{0}$", "", true},
      {"^a{0}$", "a", false},
      {"^(ab){2}$", "abab", true},
      {"^(?:ab|c)+$", "abcab", true},
      {"^(ab|c)+$", "aab", false},
      {"^a|b$", "ax", true},
      {"^a|b$", "xb", true},
      {"^a|b$", "xax", false},
      {"^(a|b|c|)$", "c", true},
      {"^(a|b|c|)$", "", true},
      {"^(a*)*$", "aaa", true},
      {"^(a*)+b$", "aaab", true},
      {"^((a|b)*c)*$", "abcaacc", true},
      {"^(|a)+$", "aa", true},
      {"^(a{2}){2}$", "aaaa", true},
      {"^(a{2}){2}$", "aaa", false},
      {"^(a?){3}$", "aa", true},
      {"^.$", "x", true},
      {"^.$", "\n", false},
      {"^.$", "\u00e9", true},
      {"^.$", "\U0001F600", true},
      {"^.$", "\u2028", false},
      {"^[abc]$", "b", true},
      {"^[a-c]$", "d", false},
      {"^[^a-c]$", "d", true},
      {"^[^a-c]$", "a", false},
      {"^[-a]$", "-", true},
      {"^[a-]$", "-", true},
      {"^[a\\-z]$", "-", true},
      {"^[a\\-z]$", "b", false},
      {"^[\\]]$", "]", true},
      {"^[]$", "a", false},
      {"^[^]$", "a", true},
      {"^[\\d_]+$", "1_2", true},
      {"^[^\\d]$", "1", false},
      {"^[\\w-]+$", "a-b", true},
      {"^[a^]$", "^", true},
      {"^[.]$", "x", false},
      {"^[\u00e0-\u00ff]$", "\u00e9", true},
      {"^\\d+$", "0189", true},
      {"^\\d$", "\u0661", false},
      {"^\\D$", "a", true},
      {"^\\D$", "5", false},
      {"^\\w+$", "aZ_9", true},
      {"^\\w$", "\u00e9", false},
      {"^\\W+$", "-`@[{ \u00e9", true},
      {"^\\W$", "_", false},
      {"^\\s+$", " \t\n\v\f\r", true},
      {"^\\S$", " ", false},
      {"^\\S$", "x", true},
      {"^\\.$", ".", true},
      {"^\\.$", "x", false},
      {"^\\/\\-\\$$", "/-$", true},
      {"^\\\\$", "\\", true},
      {"^\\u00e9$", "\u00e9", true},
      {"^\\u0041$", "A", true},
      {"^\\n$", "\n", true},
      {"^[A-Z]{2}-\\d{3,5}$", "AB-1234", true},
      {"^[A-Z]{2}-\\d{3,5}$", "AB-12", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.text);
    const auto compiled = Pattern::compile(row.pattern);
    REQUIRE(compiled);
    CHECK(compiled->matches(row.text) == row.found);
  }
}

TEST_CASE("a pattern outside the subset is not understood, rather than misunderstood") {
  for (const char* pattern : {
           "(",       ")",           "(a",     "a)",     "[",       "[a",     "]",       "{",
           "}",       "a{",          "a{}",    "a{,2}",  "a{2",     "a{2,1}", "a{256}",  "a{99999999999999999999}",
           "*",       "+a",          "?",      "a**",    "a+?",     "a??",    "a{2}?",   "a{2}{3}",
           "|*",      "(*)",         "^*",     "$+",     "\\",      "\\b",    "\\B",     "\\1",
           "\\k<a>",  "\\p{L}",      "\\x41",  "\\cA",   "\\0",     "\\u12",  "\\u{61}", "\\_",
           "\\a",     "(?=a)",       "(?!a)",  "(?<=a)", "(?<n>a)", "(?i)a",  "[b-a]",   "[\\d-z]",
           "[a-\\w]", "[[:alpha:]]", "[a[b]]",
       }) {
    CAPTURE(pattern);
    CHECK_FALSE(Pattern::compile(pattern));
  }
}

TEST_CASE("a pattern is bounded") {
  CHECK(Pattern::compile("(a{31}){31}"));
  CHECK_FALSE(Pattern::compile("(a{32}){32}"));
  CHECK_FALSE(Pattern::compile("((a{255}){255}){255}"));
  CHECK_FALSE(Pattern::compile("((((){255}){255}){255}){255}a{1001}"));
  CHECK(Pattern::compile(std::string(15, '(') + "a" + std::string(15, ')')));
  CHECK_FALSE(Pattern::compile(std::string(16, '(') + "a" + std::string(16, ')')));
  CHECK_FALSE(Pattern::compile(std::string(1'000'000, '(')));
  CHECK_FALSE(Pattern::compile(std::string(1'001, 'a')));
}

// With backtracking each of these would take longer than the sun has left.
TEST_CASE("no text makes a match slow") {
  const std::string text = std::string(Pattern::text_bytes_max - 1, 'a') + "!";
  for (const char* pattern :
       {"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(.*a){12}$", "^([a-z]+)*$", "(x+x+)+y", "^(a?){100}a{100}$"}) {
    CAPTURE(pattern);
    CHECK_FALSE(Pattern::compile(pattern)->matches(text));
  }
  CHECK(Pattern::compile("a")->matches(std::string(Pattern::text_bytes_max, 'a')));
  CHECK_FALSE(Pattern::compile("a")->matches(std::string(Pattern::text_bytes_max + 1, 'a')));
}
