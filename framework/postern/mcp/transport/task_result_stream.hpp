// The answer to `tasks/result`: what the task asks its client, and at its end the outcome (2025-11-25,
// basic/utilities/tasks).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "postern/base/principal.hpp"
#include "postern/http/message.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/tasks/tasks.hpp"
#include "postern/ports/clock.hpp"

namespace postern::mcp {

// `id` is the request's. `tasks` and `clock` outlive the stream.
[[nodiscard]] std::unique_ptr<http::BodyStream> task_result_stream(rpc::Id id, Caller caller, std::string task_id,
                                                                   Tasks& tasks, Clock& clock);

// A question travels as a request whose id says where its answer belongs: "task/<task id>/<key>".
struct TaskQuestionId {
  std::string task_id;
  std::string key;
};
[[nodiscard]] std::optional<TaskQuestionId> read_task_question_id(const rpc::Id& id);

}  // namespace postern::mcp
