#include "tests/transcripts/core/transcript.hpp"

#include <algorithm>
#include <fstream>
#include <span>

namespace postern::transcripts {

namespace {

constexpr std::string_view rest = "...";  // what else there may be

bool is_name(std::string_view text) {
  constexpr auto is_word = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return text == "*" || (!text.empty() && std::ranges::all_of(text, is_word));
}

// Text and names take turns: "a{{x}}b" is {"a", "x", "b"}.
std::vector<std::string> split_at_holes(std::string_view text) {
  std::vector<std::string> parts{""};
  while (!text.empty()) {
    const std::size_t end = text.starts_with("{{") ? text.find("}}") : std::string_view::npos;
    const std::string_view name = end == std::string_view::npos ? "" : text.substr(2, end - 2);
    if (is_name(name)) {
      parts.emplace_back(name);
      parts.emplace_back();
    } else {
      parts.back() += text.front();
    }
    text.remove_prefix(is_name(name) ? end + 2 : 1);
  }
  return parts;
}

// A hole takes as much as will do.
bool match_parts(std::span<const std::string> parts, std::string_view text, Names& names) {
  if (!text.starts_with(parts[0])) return false;
  text.remove_prefix(parts[0].size());
  if (parts.size() == 1) return text.empty();
  for (std::size_t taken = text.size() + 1; taken-- > 0;) {
    if (!match_parts(parts.subspan(2), text.substr(taken), names)) continue;
    if (parts[1] != "*") names[parts[1]] = text.substr(0, taken);
    return true;
  }
  return false;
}

std::unexpected<std::string> differs(const std::string& where, const json::Value& expected, const json::Value& actual) {
  return std::unexpected(where + " is " + json::serialize(actual) + ", and should be " + json::serialize(expected));
}

Message read_message(const std::vector<std::string>& lines) {
  Message message;
  auto line = lines.begin();
  if (line != lines.end()) message.first = *line++;
  for (; line != lines.end() && !line->empty(); ++line) {
    const std::size_t colon = line->find(": ");
    message.headers.emplace_back(line->substr(0, colon), line->substr(colon + 2));
  }
  if (line != lines.end()) ++line;
  for (; line != lines.end(); ++line) message.body += (message.body.empty() ? "" : "\n") + *line;
  return message;
}

}  // namespace

std::vector<Exchange> read_transcript(const std::string& file) {
  struct Lines {
    int first;
    std::vector<std::string> sent, expected;
  };
  std::vector<Lines> exchanges;
  std::ifstream stream{file};
  char before = 0;
  int at = 1;
  for (std::string line; std::getline(stream, line); ++at) {
    const char side = line.starts_with('>') || line.starts_with('<') ? line[0] : '\0';
    const std::string text = line.substr(std::min<std::size_t>(line.size(), line.find(' ') == 1 ? 2 : 1));
    if (side && side != before && (side == '>' || text == rest)) exchanges.push_back({at, {}, {}});
    if (side) (side == '>' ? exchanges.back().sent : exchanges.back().expected).push_back(text);
    before = side;
  }
  std::vector<Exchange> read;
  read.reserve(exchanges.size());
  for (const auto& [first, sent, expected] : exchanges)
    read.push_back({first, read_message(sent), read_message(expected)});
  return read;
}

Messages messages_of(std::string_view body) {
  Messages messages;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find("\n\n"), body.size());
    messages.texts.emplace_back(body.substr(0, end));
    body.remove_prefix(std::min(body.find_first_not_of('\n', end), body.size()));
  }
  messages.goes_on = !messages.texts.empty() && messages.texts.back() == rest;
  if (messages.goes_on) messages.texts.pop_back();
  return messages;
}

std::string fill(std::string_view text, const Names& names) {
  const auto parts = split_at_holes(text);
  std::string filled = parts[0];
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    const json::Value* known = json::find(names, parts[i]);
    if (!known) {
      filled += "{{" + parts[i] + "}}";
    } else {
      filled += known->is_string() ? std::string{known->as_string()} : json::serialize(*known);
    }
    filled += parts[i + 1];
  }
  return filled;
}

Match match_text(std::string_view expected, std::string_view actual, Names& names) {
  const std::string filled = fill(expected, names);
  if (match_parts(split_at_holes(filled), actual, names)) return {};
  return std::unexpected("It is\n" + std::string{actual} + "\nand should be\n" + filled);
}

Match match_json(const json::Value& expected, const json::Value& actual, Names& names, const std::string& where) {
  if (const json::String* text = expected.if_string()) {
    const auto parts = split_at_holes(*text);
    if (parts.size() == 3 && parts[0].empty() && parts[2].empty()) {
      if (parts[1] == "*") return {};
      const json::Value& known = names.emplace(parts[1], actual).first->value();
      return known == actual ? Match{} : differs(where, known, actual);
    }
    if (!actual.is_string()) return differs(where, expected, actual);
    return match_text(*text, actual.as_string(), names);
  }
  if (expected.is_object() && actual.is_object()) {
    const json::Object& members = expected.as_object();
    const bool others = members.contains(rest);
    for (const auto& [name, value] : members) {
      if (name == rest) continue;
      const json::Value* found = json::find(actual, name);
      if (!found) return differs(where, expected, actual);
      TRY(match_json(value, *found, names, where + "." + std::string{name}));
    }
    const std::size_t count = members.size() - (others ? 1 : 0);
    return others || actual.as_object().size() == count ? Match{} : differs(where, expected, actual);
  }
  if (expected.is_array() && actual.is_array() && expected.as_array().size() == actual.as_array().size()) {
    for (std::size_t i = 0; i < expected.as_array().size(); ++i)
      TRY(match_json(expected.as_array()[i], actual.as_array()[i], names, where + "." + std::to_string(i)));
    return {};
  }
  const bool numbers = expected.is_number() && actual.is_number();
  const bool same = numbers ? expected.to_number<double>() == actual.to_number<double>() : expected == actual;
  return same ? Match{} : differs(where, expected, actual);
}

}  // namespace postern::transcripts
