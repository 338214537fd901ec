#include "postern/audit/entry.hpp"

#include "postern/json/format.hpp"
#include "postern/json/writer.hpp"

namespace postern::audit {
namespace {

void append_text(json::ObjectWriter& line, std::string_view name, std::string_view text) {
  if (!text.empty()) json::append(line.member(name), text);
}

}  // namespace

std::string_view to_string(mcp::CallOutcome outcome) {
  using enum mcp::CallOutcome;
  switch (outcome) {
    case ok:
      return "ok";
    case tool_error:
      return "tool_error";
    case error:
      return "error";
    case denied:
      return "denied";
    case asked:
      return "asked";
    case cancelled:
      return "cancelled";
    case timed_out:
      return "timed_out";
    case not_run:
      return "not_run";
  }
  return "error";
}

void append_line(std::string& out, const Entry& entry) {
  json::ObjectWriter line{out};
  json::append(line.member("at"), json::format_date_time(entry.at));
  if (entry.calls > 1) json::append(line.member("last_at"), json::format_date_time(entry.last_at));
  append_text(line, "actor", entry.caller->actor);
  append_text(line, "organization", entry.caller->organization_id);
  append_text(line, "client", entry.caller->client_id);
  append_text(line, "connection", entry.caller->grant_id);
  json::append(line.member("method"), entry.method);
  json::append(line.member("name"), entry.name);
  if (entry.change) {
    json::append(line.member("call"), entry.change->id);
    append_text(line, "arguments", entry.change->arguments);
    append_text(line, "request", entry.request_id);
  }
  json::append(line.member("outcome"), entry.outcome ? to_string(*entry.outcome) : "began");
  if (entry.outcome) json::append(line.member("ms"), std::int64_t{entry.took.count()});
  if (entry.calls > 1) json::append(line.member("calls"), entry.calls);
  line.end();
  out += '\n';
}

void append_lost(std::string& out, TimePoint at, std::uint64_t count) {
  json::ObjectWriter line{out};
  json::append(line.member("at"), json::format_date_time(at));
  json::append(line.member("outcome"), "lost");
  json::append(line.member("calls"), count);
  line.end();
  out += '\n';
}

}  // namespace postern::audit
