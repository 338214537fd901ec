// What a user's assistants did lately, out of the audit log, in words for that user.
#pragma once

#include "postern/audit/audit_log.hpp"
#include "postern/mcp/app.hpp"
#include "postern/oauth/recent_calls.hpp"
#include "postern/ports/ports.hpp"

namespace postern::audit {

class RecentCalls final : public oauth::RecentCalls {
 public:
  // All outlive it.
  RecentCalls(const mcp::App& app, const AuditLog& log, const Ports& ports) : app_(app), log_(log), ports_(ports) {}

  Task<Result<oauth::CallsByConnection>> find_by_account(std::string account) override;

 private:
  const mcp::App& app_;
  const AuditLog& log_;
  const Ports& ports_;
};

}  // namespace postern::audit
