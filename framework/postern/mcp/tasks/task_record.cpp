#include "postern/mcp/tasks/task_record.hpp"

#include "postern/base/limits.hpp"
#include "postern/json/bind.hpp"
#include "postern/json/format.hpp"

namespace postern::mcp {

Result<TaskRecord> TaskRecord::from_text(std::string_view text) {
  TRY(const auto value, json::parse(text));
  return json::decode<TaskRecord>(value);
}

std::string TaskRecord::to_text() const { return json::encode(*this); }

json::Object TaskRecord::describe(Revision revision) const {
  const bool modern = !rules_of(revision).sessions;
  // To the earlier one a tool that says so has failed, to the later one only a call without a result (2025-11-25,
  // basic/utilities/tasks, task status; extension io.modelcontextprotocol/tasks, task status).
  const TaskStatus told = is_error && !modern ? TaskStatus::failed : status;
  json::Object task{{"taskId", id},
                    {"status", *json::name_of(told)},
                    {"createdAt", json::format_date_time(created_at)},
                    {"lastUpdatedAt", json::format_date_time(updated_at)},
                    {modern ? "ttlMs" : "ttl", (expires_at - created_at).count()},
                    {modern ? "pollIntervalMs" : "pollInterval", Duration{limits::task_poll_interval}.count()}};
  if (!message.empty()) task.emplace("statusMessage", message);
  return task;
}

}  // namespace postern::mcp
