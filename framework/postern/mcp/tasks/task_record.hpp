// A task as it is kept: a tool call that was answered before it was done (extension io.modelcontextprotocol/tasks, and
// 2025-11-25, basic/utilities/tasks).
//
//   task/<owner>/<task id>                   this record, until its ttl is over
//   task_outcome/<owner>/<task id>/<n>       the result or the error, in pieces that fit the Store
//   task_text/<owner>/<task id>/<name>/<n>   a question or an answer, in such pieces
//
// Two write it, each by compare-and-set: whoever runs the call, and whoever asks about it. Once its status is final
// nobody changes it any more.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/result.hpp"
#include "postern/base/time.hpp"
#include "postern/json/value.hpp"
#include "postern/mcp/revision.hpp"

namespace postern::mcp {

enum class TaskStatus { working, input_required, completed, failed, cancelled };

[[nodiscard]] constexpr bool is_final(TaskStatus status) {
  return status != TaskStatus::working && status != TaskStatus::input_required;
}

struct TaskRecord {
  // What stands elsewhere.
  struct Text {
    std::string name;
    int parts = 0;

    bool operator==(const Text&) const = default;
  };
  using Texts = std::map<std::string, Text>;  // by the question's key

  std::string id;
  TaskStatus status = TaskStatus::working;
  bool is_error = false;  // it is completed, with a result that says that the tool failed
  std::string message;    // may be empty
  TimePoint created_at;
  TimePoint updated_at;
  TimePoint expires_at;
  TimePoint runs_until;                // who runs it renews this; if it is past, nobody runs it any more
  TimePoint authorized_until;          // the latest end of a token that its owner came with
  std::optional<std::string> session;  // 2025-11-25: the key of the one that it was asked for in

  Texts questions;  // InputRequests that wait for an answer
  Texts answers;    // that the running call has not taken yet: {"result"} or {"error"}
  int outcome_parts = 0;

  [[nodiscard]] static Result<TaskRecord> from_text(std::string_view text);
  [[nodiscard]] std::string to_text() const;

  // As clients are told (Task). Questions and an outcome are added by Tasks::describe().
  [[nodiscard]] json::Object describe(Revision revision) const;
};

}  // namespace postern::mcp
