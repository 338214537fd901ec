#include "postern/mcp/trace_context.hpp"

#include <algorithm>

namespace postern::mcp {

namespace {

// W3C Trace Context sec. 3.2: version, trace id, parent id and flags, of which no id is all zeros. Of a later version
// than 00 we know as much as it has in common with that one.
bool is_traceparent(std::string_view text) {
  constexpr std::string_view shape = "hh-hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh-hhhhhhhhhhhhhhhh-hh";
  if (text.size() != shape.size() || text.starts_with("ff")) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool is_hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (shape[i] == 'h' ? !is_hex : text[i] != shape[i]) return false;
  }
  auto is_zero = [text](std::size_t first, std::size_t count) {
    return text.substr(first, count).find_first_not_of('0') == std::string_view::npos;
  };
  return !is_zero(3, 32) && !is_zero(36, 16);
}

// Sec. 3.3: a list that only those read who wrote its entries. It is passed on as it is, if it can be a header.
bool is_tracestate(std::string_view text) {
  constexpr std::size_t chars_max = 512;
  return text.size() <= chars_max && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

TraceContext read_trace_context(const json::Object& meta) {
  TraceContext context;
  const auto parent = json::find_string(meta, "traceparent");
  if (!parent || !is_traceparent(*parent)) return context;
  context.traceparent = *parent;
  const auto state = json::find_string(meta, "tracestate");
  if (state && is_tracestate(*state)) context.tracestate = *state;
  return context;
}

}  // namespace postern::mcp
